// tools/lockweave/records/pipeline.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/pipeline.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "report/search_notes.h"
#include "report/text.h"
#include "tools/lockweave/records/decided_waits.h"
#include "tools/lockweave/records/findings.h"
#include "tools/lockweave/records/lock_order.h"
#include "tools/lockweave/records/losses.h"
#include "tools/lockweave/records/process_merge.h"
#include "tools/lockweave/records/same_bug.h"
#include "tools/lockweave/records/symbolized_records.h"
#include "tools/lockweave/symbols/wait_loops.h"

namespace lockweave::cli {
namespace {

constexpr std::string_view kCycleRule = "lock-order-cycle";

std::set<std::string> texts_of_edge(const CycleEdge& at, SymbolizedRecords& symbolized) {
  const model::Record& record = symbolized.record(at.record);
  std::set<std::string> texts{symbolized.name({at.record, at.edge.held}),
                              symbolized.name({at.record, at.edge.wanted})};
  for (const Id acquisition : {at.edge.held_at, at.edge.wanted_at}) {
    add_texts(symbolized.stack({at.record, record.acquisition(acquisition).stack}), texts);
  }
  return texts;
}

EdgeJudge judge_by(Suppressions& suppressions, SymbolizedRecords& symbolized) {
  if (!suppressions.concerns(kCycleRule)) return {};
  return [&suppressions, &symbolized](std::span<const CycleEdge> edges) {
    std::set<StackRef> stacks;
    for (const CycleEdge& at : edges) {
      const model::Record& record = symbolized.record(at.record);
      stacks.insert({at.record, record.acquisition(at.edge.held_at).stack});
      stacks.insert({at.record, record.acquisition(at.edge.wanted_at).stack});
      stacks.insert(symbolized.first_stack({at.record, at.edge.held}));
      stacks.insert(symbolized.first_stack({at.record, at.edge.wanted}));
    }
    symbolized.prefetch(stacks);
    std::vector<bool> out;
    for (const CycleEdge& at : edges) {
      out.push_back(suppressions.match(kCycleRule, texts_of_edge(at, symbolized)));
    }
    return out;
  };
}

void add_up(const model::LockOrderGraph::Summary& one, model::LockOrderGraph::Summary& all) {
  all.filtered += one.filtered;
  all.components_cut += one.components_cut;
  all.components_full += one.components_full;
  all.filtered_cut += one.filtered_cut;
}

std::vector<RawFinding> all_stories(SymbolizedRecords& symbolized, Suppressions& suppressions,
                                    FilteredCycles filtered, bool situations, Results& results) {
  std::vector<RawFinding> raw_findings = concluded_findings(symbolized.records());
  if (!situations) std::erase_if(raw_findings, is_situation);
  const EdgeJudge judge = judge_by(suppressions, symbolized);
  model::LockOrderGraph::Summary all;
  const auto take = [&](CycleHarvest harvest) {
    add_up(harvest.summary, all);
    std::move(harvest.raw_findings.begin(), harvest.raw_findings.end(),
              std::back_inserter(raw_findings));
  };
  for (std::size_t i = 0; i < symbolized.records().size(); ++i) {
    take(cycles_within(symbolized.records(), i, judge, filtered));
  }
  CycleHarvest across = cycles_across(symbolized, judge);
  results.nested_locks = across.locks;
  results.unmatched_locks = across.unmatched_locks;
  take(std::move(across));
  note_search(all, results);
  return raw_findings;
}

// A wait of the system's libraries is never the user's: it stands in no loop of interest.
bool is_system_library(std::string_view path) {
  const std::string_view name = base_name(path);
  return name.starts_with("libstdc++.so") || name.starts_with("libc.so") ||
         name.starts_with("ld-linux") || name.starts_with("liblockweave.so");
}

// The frames in which a loop around the wait may stand: its function, a wrapper, their caller. A stack in
// which no system library has called the program is cut, at code made at run time for example: then
// the next caller is a frame of no module, of which nothing is known.
std::vector<CodePosition> frames_to_judge(const model::Record& record, Id stack) {
  constexpr std::size_t kFramesMax = 3;
  std::vector<CodePosition> frames;
  bool is_whole = false;
  for (const model::Frame& frame : record.stack(stack).frames) {
    if (frames.size() == kFramesMax || frame.module == 0) break;
    const std::string_view path = record.module(frame.module).path;
    if (!is_system_library(path)) {
      frames.push_back({std::string(path), frame.offset});
    } else if (!frames.empty()) {
      is_whole = true;
    }
  }
  if (!is_whole && frames.size() < kFramesMax) frames.emplace_back();
  return frames;
}

InLoop in_loop(const RawStep& wait, SymbolizedRecords& symbolized, WaitLoops& loops) {
  const model::Record& record = symbolized.record(wait.record);
  return loops.judge(frames_to_judge(record, wait.step.stack));
}

// All blocked, and the last notification found nobody waiting. If what is waited for changes under the
// mutex ("guarded") and is tested in a loop, that notification was seen and is not what is missing: which
// of the two came first was luck, and must not choose the rule.
void judge_lost_wakeups(std::vector<RawFinding>& raw_findings, SymbolizedRecords& symbolized) {
  WaitLoops loops;
  for (RawFinding& raw : raw_findings) {
    if (raw.rule != "lost-wakeup" || raw.variant != "guarded") continue;
    raw.variant = "all-blocked";
    if (raw.steps.empty() || raw.steps.front().step.stack == 0) continue;
    if (in_loop(raw.steps.front(), symbolized, loops) != InLoop::yes) continue;
    raw.rule = "deadlock";
    std::erase_if(raw.steps,
                  [](const RawStep& at) { return at.step.action == model::Action::notifies; });
  }
}

// What only the machine code can tell stays or goes here.
void judge_candidates(std::vector<RawFinding>& raw_findings, SymbolizedRecords& symbolized) {
  WaitLoops loops;
  std::erase_if(raw_findings, [&](const RawFinding& raw) {
    if (raw.rule != "wait-without-predicate" || raw.variant != "candidate") return false;
    if (raw.steps.empty()) return false;
    const RawStep& wait = raw.steps.front();
    if (wait.step.stack == 0) return true;
    return in_loop(wait, symbolized, loops) != InLoop::no;
  });
}

void prefetch_all(const std::vector<RawFinding>& raw_findings, SymbolizedRecords& symbolized) {
  std::set<StackRef> stacks;
  for (const RawFinding& raw : raw_findings) symbolized.collect(raw, stacks);
  symbolized.prefetch(stacks);
}

// Findings as they come, those of many records merged before they fill the memory.
class Heap {
 public:
  void add(Reported one) {
    told_.push_back(std::move(one));
    if (told_.size() < limit_) return;
    merge_equal(told_);
    limit_ = std::max(kLimitMin, 2 * told_.size());
  }
  std::vector<Reported>& told() { return told_; }

 private:
  static constexpr std::size_t kLimitMin = 256;
  std::vector<Reported> told_;
  std::size_t limit_ = kLimitMin;
};

void sort_out(const std::vector<RawFinding>& raw_findings,
              const std::vector<model::Finding>& reported_ones, SymbolizedRecords& symbolized,
              Suppressions& suppressions, Results& results) {
  Heap heap;
  Heap filtered_heap;
  for (const RawFinding& raw : raw_findings) {
    if (ordered_by_owners(raw, symbolized)) continue;
    Reported one{raw, finding_of(raw, symbolized)};
    if (one.finding.accesses.empty()) one.about = about(raw, symbolized);
    const bool cycle = raw.rule == kCycleRule;
    one.suppressed = !cycle && suppressions.match(raw.rule, texts_of(one.finding));
    const bool reported = raw.filter == model::LockOrderGraph::Filter::none;
    (reported ? heap : filtered_heap).add(std::move(one));
  }
  for (const model::Finding& finding : reported_ones) {
    Reported one{{}, finding};
    one.suppressed = suppressions.match(finding.rule, texts_of(finding));
    heap.add(std::move(one));
  }
  std::vector<Reported>& told = heap.told();
  std::vector<Reported>& filtered = filtered_heap.told();
  tell_apart(told);
  std::set<std::string> suppressed;
  for (const Reported& one : told) {
    if (one.suppressed) suppressed.insert(one.finding.fingerprint);
  }
  results.suppressed = suppressed.size();
  merge_same(told);
  merge_same(filtered);
  // Only now: what a suppressed finding replaces is not to come back in its place.
  std::erase_if(told, [](const Reported& one) { return one.suppressed; });
  std::set<std::string> reported;
  for (Reported& one : told) {
    reported.insert(one.finding.fingerprint);
    if (one.raw.printed) results.already_printed.insert(one.finding.fingerprint);
    const bool low = one.finding.confidence == model::Confidence::low;
    (low ? results.low_confidence : results.findings).push_back(std::move(one.finding));
  }
  for (Reported& one : filtered) {
    if (reported.contains(one.finding.fingerprint)) continue;
    results.filtered.push_back({std::move(one.finding), filter_reason(one.raw, symbolized)});
  }
}

void note_foreign(const Inputs& inputs, Results& results) {
  for (const auto& [tool, count] : inputs.foreign) {
    results.notes.push_back(
        {"foreign-results", model::Level::note,
         fmt::format(
             "{} of {} carry no fingerprint of Lockweave: they are told apart by rule, file "
             "and message",
             counted(count, "result"), tool.empty() ? "an unnamed tool" : ticked(tool))});
  }
}

void note_cut_records(const Inputs& inputs, Results& results) {
  for (const model::Record& record : inputs.records) {
    const std::string program(base_name(record.header.exe));
    if (record.unresolved > 0) {
      results.notes.push_back(
          {"lost-coverage", model::Level::warning,
           fmt::format("{} (process {}): {} of its record lead to lines that are not there; what "
                       "cannot do without them was left out",
                       program, record.header.pid, counted(record.unresolved, "reference"))});
    }
    const bool sandboxed = record.end && record.end->how == "sandbox";
    if (!record.cut && record.end && !sandboxed) continue;
    const auto death = inputs.deaths.find(record.header.pid);
    ++(death == inputs.deaths.end() ? results.ended_unseen : results.ended_by_signal);
    results.notes.push_back(
        {"cut-record", model::Level::note,
         fmt::format("{} (process {}) {}: its record is told as far as it goes", program,
                     record.header.pid,
                     sandboxed                      ? "went into a sandbox (seccomp)"
                     : death == inputs.deaths.end() ? "ended unseen, or is still running"
                                                    : death->second)});
  }
}

}  // namespace

Results analyse(const Inputs& inputs, SymbolCache& symbols, Suppressions& suppressions,
                FilteredCycles filtered) {
  Results results;
  results.records = inputs.records.size();
  results.sarif_files = inputs.sarif_files;
  std::set<std::pair<std::uint64_t, std::string_view>> processes;
  for (const model::Record& record : inputs.records) {
    processes.insert({record.header.pid, record.header.exe});
  }
  results.processes = processes.size();
  SymbolizedRecords symbolized(inputs.records, symbols);
  std::vector<RawFinding> raw_findings =
      all_stories(symbolized, suppressions, filtered, inputs.situations, results);
  judge_candidates(raw_findings, symbolized);
  judge_lost_wakeups(raw_findings, symbolized);
  judge_decided_waits(raw_findings, symbolized);
  prefetch_all(raw_findings, symbolized);
  sort_out(raw_findings, inputs.reported, symbolized, suppressions, results);
  note_cut_records(inputs, results);
  note_losses(inputs.records, results.notes);
  note_foreign(inputs, results);
  for (const model::ReadError& problem : inputs.problems) {
    results.incomplete = true;
    results.notes.push_back(
        {"unreadable-input", model::Level::error, describe(problem), problem.remedy});
  }
  for (const std::string& entry : suppressions.unused()) {
    results.notes.push_back(
        {"unused-suppression", model::Level::note, "suppression matched nothing: " + entry});
  }
  if (!symbols.note().empty()) {
    results.notes.push_back({"no-symbols", model::Level::warning, symbols.note()});
  }
  return results;
}

}  // namespace lockweave::cli
