// tools/lockweave/findings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "model/rule_catalog.h"
#include "tools/lockweave/finding_key.h"
#include "tools/lockweave/finding_names.h"
#include "tools/lockweave/narrate.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {
namespace {

using model::Action;
using model::Finding;
using model::Level;

// As a deadlock would, though the rule itself is but a warning.
bool ends_the_process(const Story& story) {
  return story.variant == "never-done" || story.variant == "never-closed";
}

Level level_of(const Story& story) {
  if (ends_the_process(story)) return Level::error;
  const model::Rule* rule = model::find_rule(story.rule);
  const Level full = rule != nullptr ? rule->level : Level::warning;
  if (story.certain && !story.several_processes) return full;
  return full == Level::error ? Level::warning : Level::note;
}

// A wait under another lock hangs only if the notifier needs that lock.
bool may_be_harmless(const Story& story) {
  return story.rule == "wait-while-holding" && story.variant == "candidate";
}

model::Confidence confidence_of(const Story& story) {
  if (may_be_harmless(story)) return model::Confidence::low;
  return story.certain && !story.several_processes ? model::Confidence::high
                                                   : model::Confidence::medium;
}

// ---- flows -------------------------------------------------------------------------------------

// Where a ring of locks begins to be told must not depend on which order was seen first.
Story with_fixed_start(Story story, Scene& scene, StoryStacks& stacks) {
  if (story.rule != "lock-order-cycle" || story.declared || story.locks.size() < 2 ||
      story.steps.size() != 2 * story.locks.size()) {
    return story;
  }
  std::size_t first = 0;
  const auto key = [&](std::size_t edge) {
    const StoryStep& wanted = story.steps[2 * edge + 1];
    const model::Site at = stacks.place({wanted.record, wanted.step.stack});
    return std::tuple(scene.name(story.locks[edge]), at.file, at.line, at.column, at.offset);
  };
  for (std::size_t i = 1; i < story.locks.size(); ++i) {
    if (key(i) < key(first)) first = i;
  }
  const auto offset = static_cast<std::ptrdiff_t>(first);
  std::rotate(story.locks.begin(), story.locks.begin() + offset, story.locks.end());
  std::rotate(story.steps.begin(), story.steps.begin() + 2 * offset, story.steps.end());
  return story;
}

std::vector<Id> held_chain(const model::Record& record, Id innermost) {
  std::vector<Id> chain;
  for (Id held = innermost; held != 0; held = record.acquisition(held).outer) {
    chain.push_back(held);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::string thread_words(const Story& story, Scene& scene, std::size_t record, Id thread) {
  std::string words = scene.thread_name(record, thread);
  if (story.several_processes) words += " of " + scene.program(record);
  return words;
}

ToldStep told_step(const Story& story, const StoryStep& at, Scene& scene, FindingNames& names) {
  const model::Record& record = scene.record(at.record);
  ToldStep told;
  told.thread = thread_words(story, scene, at.record, at.step.thread);
  told.action = at.step.action;
  told.mode = at.step.mode;
  told.count = at.step.count;
  if (at.step.object != 0) told.kind = record.object(at.step.object).kind;
  told.object = names.of({at.record, at.step.object});
  if (at.step.other != 0) told.other = thread_words(story, scene, at.record, at.step.other);
  for (const Id held : held_chain(record, at.step.held)) {
    told.held.push_back(names.of({at.record, record.acquisition(held).object}));
  }
  return told;
}

model::FlowStep flow_step(const StoryStep& at, const ToldStep& told, StoryStacks& stacks,
                          FindingNames& names) {
  const model::Record& record = stacks.scene().record(at.record);
  model::FlowStep step;
  step.text = step_text(told);
  if (!told.other.empty() && told.action == Action::wants) {
    const bool own = at.step.other == at.step.thread;
    step.text += own ? ", which it holds already" : ", held by " + told.other;
  }
  step.stack = stacks.stack({at.record, at.step.stack});
  for (const Id held : held_chain(record, at.step.held)) {
    const model::Acquisition& taken = record.acquisition(held);
    step.held.push_back(
        {names.of({at.record, taken.object}), taken.mode, stacks.stack({at.record, taken.stack})});
  }
  return step;
}

model::Flow& flow_of(Finding& finding, std::map<StackRef, std::size_t>& flows, const Story& story,
                     const StoryStep& at, Scene& scene) {
  const auto [entry, is_new] =
      flows.emplace(StackRef{at.record, at.step.thread}, finding.flows.size());
  if (is_new) {
    model::Flow& flow = finding.flows.emplace_back();
    flow.thread = scene.thread_name(at.record, at.step.thread);
    if (story.several_processes) flow.process = scene.program(at.record);
    if (at.step.thread != 0) {
      const Id created = scene.record(at.record).thread(at.step.thread).stack;
      if (created != 0) flow.created = scene.stack({at.record, created});
    }
  }
  return finding.flows[entry->second];
}

// The place is told first, but a thread took a lock before it came to grief with it.
void put_in_time_order(const Story& story, Finding& finding) {
  if (story.rule == "lock-order-cycle") return;
  for (model::Flow& flow : finding.flows) {
    std::stable_partition(flow.steps.begin(), flow.steps.end(), [](const model::FlowStep& step) {
      return step.text.starts_with("takes ") || step.text.starts_with("gets ");
    });
  }
}

model::Site place_of(const Story& story, StoryStacks& stacks) {
  for (const StoryStep& at : story.steps) {
    if (story.rule == "lock-order-cycle" && at.step.action != Action::wants) continue;
    if (at.step.stack != 0) return site_of(at, stacks);
  }
  return {};
}

}  // namespace

Finding finding_of(const Story& given, Scene& scene) {
  StoryStacks stacks(given, scene);
  const Story story = with_fixed_start(given, scene, stacks);
  FindingNames names(story, scene);
  Finding finding;
  finding.rule = story.rule;
  finding.how = story.how;
  finding.level = level_of(story);
  finding.confidence = confidence_of(story);
  Telling telling{story.rule, story.variant, story.declared, story.several_processes, {}, {}};
  std::map<StackRef, std::size_t> flows;
  for (const StoryStep& at : story.steps) {
    telling.steps.push_back(told_step(story, at, scene, names));
    flow_of(finding, flows, story, at, scene)
        .steps.push_back(flow_step(at, telling.steps.back(), stacks, names));
  }
  put_in_time_order(story, finding);
  for (const ObjectRef& lock : story.locks) finding.locks.push_back(names.of(lock));
  telling.locks = finding.locks;
  Narration words = narrate(telling);
  finding.message = std::move(words.message);
  finding.hint = std::move(words.hint);
  finding.place = place_of(story, stacks);
  finding.fingerprint = fingerprint_of(story, stacks);
  finding.accesses = access_keys_of(story, stacks);
  std::set<std::string> programs;
  for (const std::size_t record : story.records) programs.insert(scene.program(record));
  finding.seen_in.assign(programs.begin(), programs.end());
  return finding;
}

bool ordered_by_owners(const Story& story, Scene& scene) {
  if (story.rule != "data-race") return false;
  return std::any_of(story.steps.begin(), story.steps.end(), [&](const StoryStep& at) {
    return at.step.action == Action::destroys && scene.by_last_owner({at.record, at.step.stack});
  });
}

std::string filter_reason(const Story& story, Scene& scene) {
  using Filter = model::LockOrderGraph::Filter;
  switch (story.filter) {
    case Filter::none: return {};
    case Filter::one_thread: return "a single thread takes the locks in all of these orders";
    case Filter::gate_lock:
      return story.gate.id == 0
                 ? std::string("a common lock is held around all of it")
                 : fmt::format("lock {} is held around all of it", ticked(scene.name(story.gate)));
    case Filter::ordered:
      return "its parts cannot run at the same time: thread creation and join order them";
    case Filter::shared_mode: return "readers do not block readers";
  }
  return {};
}

}  // namespace lockweave::cli
