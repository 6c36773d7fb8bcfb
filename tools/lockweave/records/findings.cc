// tools/lockweave/records/findings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "model/rule_catalog.h"
#include "report/messages.h"
#include "report/text.h"
#include "tools/lockweave/records/finding_key.h"
#include "tools/lockweave/records/finding_names.h"

namespace lockweave::cli {
namespace {

using model::Action;
using model::Finding;
using model::Level;

// As a deadlock would, though the rule itself is but a warning.
bool ends_the_process(const RawFinding& raw) {
  return raw.variant == "never-done" || raw.variant == "never-closed";
}

Level level_of(const RawFinding& raw) {
  if (ends_the_process(raw)) return Level::error;
  if (is_situation(raw) || raw.variant == "long-wait") return Level::note;
  const model::Rule* rule = model::find_rule(raw.rule);
  const Level full = rule != nullptr ? rule->level : Level::warning;
  if (raw.certain && !raw.several_processes) return full;
  return full == Level::error ? Level::warning : Level::note;
}

// A wait under another lock hangs only if the notifier needs that lock.
bool may_be_harmless(const RawFinding& raw) {
  return raw.rule == "wait-while-holding" && raw.variant == "candidate";
}

model::Confidence confidence_of(const RawFinding& raw) {
  if (may_be_harmless(raw) || is_situation(raw)) return model::Confidence::low;
  return raw.certain && !raw.several_processes ? model::Confidence::high
                                               : model::Confidence::medium;
}

// ---- flows -------------------------------------------------------------------------------------

// Where a ring of locks begins to be told must not depend on which order was seen first.
RawFinding with_fixed_start(RawFinding raw, SymbolizedRecords& symbolized, FindingStacks& stacks) {
  if (raw.rule != "lock-order-cycle" || raw.declared || raw.locks.size() < 2 ||
      raw.steps.size() != 2 * raw.locks.size()) {
    return raw;
  }
  std::size_t first = 0;
  const auto key = [&](std::size_t edge) {
    const RawStep& wanted = raw.steps[2 * edge + 1];
    const model::Site at = stacks.place({wanted.record, wanted.step.stack});
    return std::tuple(symbolized.name(raw.locks[edge]), at.file, at.line, at.column, at.offset);
  };
  for (std::size_t i = 1; i < raw.locks.size(); ++i) {
    if (key(i) < key(first)) first = i;
  }
  const auto offset = static_cast<std::ptrdiff_t>(first);
  std::rotate(raw.locks.begin(), raw.locks.begin() + offset, raw.locks.end());
  std::rotate(raw.steps.begin(), raw.steps.begin() + 2 * offset, raw.steps.end());
  return raw;
}

std::vector<Id> held_chain(const model::Record& record, Id innermost) {
  std::vector<Id> chain;
  for (Id held = innermost; held != 0; held = record.acquisition(held).outer) {
    chain.push_back(held);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::string thread_words(const RawFinding& raw, SymbolizedRecords& symbolized, std::size_t record,
                         Id thread) {
  std::string words = symbolized.thread_name(record, thread);
  if (raw.several_processes) words += " of " + symbolized.program(record);
  return words;
}

MessageStep told_step(const RawFinding& raw, const RawStep& at, SymbolizedRecords& symbolized,
                      FindingNames& names) {
  const model::Record& record = symbolized.record(at.record);
  MessageStep told;
  told.thread = thread_words(raw, symbolized, at.record, at.step.thread);
  told.action = at.step.action;
  told.mode = at.step.mode;
  told.count = at.step.count;
  if (at.step.object != 0) told.kind = record.object(at.step.object).kind;
  told.object = names.of({at.record, at.step.object});
  if (at.step.other != 0) told.other = thread_words(raw, symbolized, at.record, at.step.other);
  for (const Id held : held_chain(record, at.step.held)) {
    told.held.push_back(names.of({at.record, record.acquisition(held).object}));
  }
  return told;
}

bool holds(const model::Record& record, Id innermost, Id object) {
  for (Id held = innermost; held != 0; held = record.acquisition(held).outer) {
    if (record.acquisition(held).object == object) return true;
  }
  return false;
}

model::Other other_is(const RawFinding& raw, const RawStep& at, const model::Record& record) {
  if (at.step.other == at.step.thread) return model::Other::itself;
  const bool waits = std::any_of(raw.steps.begin(), raw.steps.end(), [&](const RawStep& one) {
    return one.record == at.record && one.step.thread == at.step.other &&
           one.step.action == Action::wants && one.step.object == at.step.object &&
           !holds(record, one.step.held, one.step.object);
  });
  return waits ? model::Other::ahead : model::Other::holder;
}

model::FlowStep flow_step(const RawFinding& raw, const RawStep& at, const MessageStep& told,
                          FindingStacks& stacks, FindingNames& names) {
  const model::Record& record = stacks.symbolized().record(at.record);
  model::FlowStep step;
  step.action = told.action;
  step.kind = told.kind;
  step.mode = told.mode;
  step.object = told.object;
  step.other = told.other;
  step.other_is = other_is(raw, at, record);
  step.count = told.count;
  step.stack = stacks.stack({at.record, at.step.stack});
  for (const Id held : held_chain(record, at.step.held)) {
    const model::Acquisition& taken = record.acquisition(held);
    step.held.push_back(
        {names.of({at.record, taken.object}), taken.mode, stacks.stack({at.record, taken.stack})});
  }
  return step;
}

model::Flow& flow_of(Finding& finding, std::map<StackRef, std::size_t>& flows,
                     const RawFinding& raw, const RawStep& at, SymbolizedRecords& symbolized) {
  const auto [entry, is_new] =
      flows.emplace(StackRef{at.record, at.step.thread}, finding.flows.size());
  if (is_new) {
    model::Flow& flow = finding.flows.emplace_back();
    flow.thread = symbolized.thread_name(at.record, at.step.thread);
    if (raw.several_processes) flow.process = symbolized.program(at.record);
    if (at.step.thread != 0) {
      const Id created = symbolized.record(at.record).thread(at.step.thread).stack;
      if (created != 0) flow.created = symbolized.stack({at.record, created});
    }
  }
  return finding.flows[entry->second];
}

// The place is told first, but a thread took a lock before it came to grief with it.
void put_in_time_order(const RawFinding& raw, Finding& finding) {
  if (raw.rule == "lock-order-cycle") return;
  for (model::Flow& flow : finding.flows) {
    std::stable_partition(flow.steps.begin(), flow.steps.end(), [](const model::FlowStep& step) {
      return step.action == Action::acquires;
    });
  }
}

model::Site place_of(const RawFinding& raw, FindingStacks& stacks) {
  for (const RawStep& at : raw.steps) {
    if (raw.rule == "lock-order-cycle" && at.step.action != Action::wants) continue;
    if (at.step.stack != 0) return site_of(at, stacks);
  }
  return {};
}

}  // namespace

bool is_situation(const RawFinding& raw) { return raw.variant.starts_with("at-SIG"); }

Finding finding_of(const RawFinding& given, SymbolizedRecords& symbolized) {
  FindingStacks stacks(given, symbolized);
  const RawFinding raw = with_fixed_start(given, symbolized, stacks);
  FindingNames names(raw, symbolized);
  Finding finding;
  finding.rule = raw.rule;
  finding.how = raw.how;
  finding.level = level_of(raw);
  finding.confidence = confidence_of(raw);
  MessageInput input{raw.rule, raw.variant, raw.declared, raw.several_processes, {}, {}};
  std::map<StackRef, std::size_t> flows;
  for (const RawStep& at : raw.steps) {
    input.steps.push_back(told_step(raw, at, symbolized, names));
    flow_of(finding, flows, raw, at, symbolized)
        .steps.push_back(flow_step(raw, at, input.steps.back(), stacks, names));
  }
  put_in_time_order(raw, finding);
  for (const ObjectRef& lock : raw.locks) finding.locks.push_back(names.of(lock));
  input.locks = finding.locks;
  Message words = message_for(input);
  finding.message = std::move(words.message);
  finding.hint = std::move(words.hint);
  finding.place = place_of(raw, stacks);
  finding.fingerprint = fingerprint_of(raw, stacks);
  finding.accesses = access_keys_of(raw, stacks);
  std::set<std::string> programs;
  for (const std::size_t record : raw.records) programs.insert(symbolized.program(record));
  finding.seen_in.assign(programs.begin(), programs.end());
  return finding;
}

// The first lock is the one that is treated wrongly, what else is named may be chance. Rings and
// variables have all of it in their fingerprints; a deadlock is one, whoever waits.
std::string about(const RawFinding& raw, SymbolizedRecords& symbolized) {
  if (raw.rule == "lock-order-cycle" || raw.rule == "deadlock" || raw.locks.empty()) return {};
  if (!symbolized.has_lasting_name(raw.locks[0])) return {};
  return symbolized.name(raw.locks[0]);
}

bool ordered_by_owners(const RawFinding& raw, SymbolizedRecords& symbolized) {
  if (raw.rule != "data-race") return false;
  return std::any_of(raw.steps.begin(), raw.steps.end(), [&](const RawStep& at) {
    return at.step.action == Action::destroys &&
           symbolized.by_last_owner({at.record, at.step.stack});
  });
}

std::string filter_reason(const RawFinding& raw, SymbolizedRecords& symbolized) {
  using Filter = model::LockOrderGraph::Filter;
  switch (raw.filter) {
    case Filter::none: return {};
    case Filter::one_thread: return "a single thread takes the locks in all of these orders";
    case Filter::gate_lock:
      return raw.gate.id == 0 ? std::string("a common lock is held around all of it")
                              : fmt::format("lock {} is held around all of it",
                                            ticked(symbolized.name(raw.gate)));
    case Filter::ordered:
      return "its parts cannot run at the same time: thread creation and join order them";
    case Filter::shared_mode: return "readers do not block readers";
  }
  return {};
}

}  // namespace lockweave::cli
