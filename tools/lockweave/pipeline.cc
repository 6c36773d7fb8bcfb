// tools/lockweave/pipeline.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/pipeline.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "tools/lockweave/findings.h"
#include "tools/lockweave/lock_order.h"
#include "tools/lockweave/process_merge.h"
#include "tools/lockweave/same_bug.h"
#include "tools/lockweave/scene.h"
#include "tools/lockweave/text.h"
#include "tools/lockweave/wait_loops.h"

namespace lockweave::cli {
namespace {

constexpr std::string_view kCycleRule = "lock-order-cycle";

std::set<std::string> texts_of_edge(const CycleEdge& at, Scene& scene) {
  const model::Record& record = scene.record(at.record);
  std::set<std::string> texts{scene.name({at.record, at.edge.held}),
                              scene.name({at.record, at.edge.wanted})};
  for (const Id acquisition : {at.edge.held_at, at.edge.wanted_at}) {
    add_texts(scene.stack({at.record, record.acquisition(acquisition).stack}), texts);
  }
  return texts;
}

EdgeJudge judge_by(Suppressions& suppressions, Scene& scene) {
  if (!suppressions.concerns(kCycleRule)) return {};
  return [&suppressions, &scene](std::span<const CycleEdge> edges) {
    std::set<StackRef> stacks;
    for (const CycleEdge& at : edges) {
      const model::Record& record = scene.record(at.record);
      stacks.insert({at.record, record.acquisition(at.edge.held_at).stack});
      stacks.insert({at.record, record.acquisition(at.edge.wanted_at).stack});
      stacks.insert(scene.first_stack({at.record, at.edge.held}));
      stacks.insert(scene.first_stack({at.record, at.edge.wanted}));
    }
    scene.prefetch(stacks);
    std::vector<bool> out;
    for (const CycleEdge& at : edges) {
      out.push_back(suppressions.match(kCycleRule, texts_of_edge(at, scene)));
    }
    return out;
  };
}

std::vector<Story> all_stories(Scene& scene, Suppressions& suppressions, Results& results) {
  std::vector<Story> stories = concluded_stories(scene.records());
  const EdgeJudge judge = judge_by(suppressions, scene);
  std::uint64_t cut = 0;
  const auto take = [&](CycleHarvest harvest) {
    cut += harvest.components_cut;
    std::move(harvest.stories.begin(), harvest.stories.end(), std::back_inserter(stories));
  };
  for (std::size_t i = 0; i < scene.records().size(); ++i) {
    take(cycles_within(scene.records(), i, judge));
  }
  CycleHarvest across = cycles_across(scene, judge);
  results.nested_locks = across.locks;
  results.unmatched_locks = across.unmatched_locks;
  take(std::move(across));
  if (cut != 0) {
    results.notes.push_back(
        {"search-limit", model::Level::warning,
         fmt::format("the search for cycles met its limit in {}: there may be more cycles",
                     counted(cut, "group of locks"))});
  }
  return stories;
}

// A wait of the system's libraries is never the user's: it stands in no loop of interest.
bool is_system_library(std::string_view path) {
  const std::string_view name = base_name(path);
  return name.starts_with("libstdc++.so") || name.starts_with("libc.so") ||
         name.starts_with("ld-linux") || name.starts_with("liblockweave.so");
}

// The frames in which a loop around the wait may stand: its function, a wrapper, their caller.
std::vector<CodePosition> frames_to_judge(const model::Record& record, Id stack) {
  constexpr std::size_t kFramesMax = 3;
  std::vector<CodePosition> frames;
  for (const model::Frame& frame : record.stack(stack).frames) {
    if (frames.size() == kFramesMax || frame.module == 0) break;
    const std::string_view path = record.module(frame.module).path;
    if (!is_system_library(path)) frames.push_back({std::string(path), frame.offset});
  }
  return frames;
}

// What only the machine code can tell stays or goes here.
void judge_candidates(std::vector<Story>& stories, Scene& scene, Results& results) {
  WaitLoops loops;
  std::erase_if(stories, [&](const Story& story) {
    if (story.rule != "wait-without-predicate" || story.variant != "candidate") return false;
    if (story.steps.empty()) return false;
    const StoryStep& wait = story.steps.front();
    if (wait.step.stack == 0) return true;
    const model::Record& record = scene.record(wait.record);
    return loops.judge(frames_to_judge(record, wait.step.stack)) != InLoop::no;
  });
  if (!loops.note().empty()) {
    results.notes.push_back({"no-disassembler", model::Level::note, loops.note()});
  }
}

void prefetch_all(const std::vector<Story>& stories, Scene& scene) {
  std::set<StackRef> stacks;
  for (const Story& story : stories) scene.collect(story, stacks);
  scene.prefetch(stacks);
}

// Findings as they come, those of many records merged before they fill the memory.
class Heap {
 public:
  void add(Told one) {
    told_.push_back(std::move(one));
    if (told_.size() < limit_) return;
    merge_equal(told_);
    limit_ = std::max(kLimitMin, 2 * told_.size());
  }
  std::vector<Told>& told() { return told_; }

 private:
  static constexpr std::size_t kLimitMin = 256;
  std::vector<Told> told_;
  std::size_t limit_ = kLimitMin;
};

void sort_out(const std::vector<Story>& stories, const std::vector<model::Finding>& reported_ones,
              Scene& scene, Suppressions& suppressions, Results& results) {
  Heap heap;
  Heap filtered_heap;
  std::set<std::string> suppressed;
  for (const Story& story : stories) {
    if (ordered_by_owners(story, scene)) continue;
    Told one{story, finding_of(story, scene)};
    const bool cycle = story.rule == kCycleRule;
    one.suppressed = !cycle && suppressions.match(story.rule, texts_of(one.finding));
    if (one.suppressed) suppressed.insert(one.finding.fingerprint);
    const bool reported = story.filter == model::LockOrderGraph::Filter::none;
    (reported ? heap : filtered_heap).add(std::move(one));
  }
  for (const model::Finding& finding : reported_ones) {
    Told one{{}, finding};
    one.suppressed = suppressions.match(finding.rule, texts_of(finding));
    if (one.suppressed) suppressed.insert(finding.fingerprint);
    heap.add(std::move(one));
  }
  results.suppressed = suppressed.size();
  std::vector<Told>& told = heap.told();
  std::vector<Told>& filtered = filtered_heap.told();
  merge_same(told);
  merge_same(filtered);
  // Only now: what a suppressed finding replaces is not to come back in its place.
  std::erase_if(told, [](const Told& one) { return one.suppressed; });
  std::set<std::string> reported;
  for (Told& one : told) {
    reported.insert(one.finding.fingerprint);
    if (one.story.printed) results.already_printed.insert(one.finding.fingerprint);
    const bool low = one.finding.confidence == model::Confidence::low;
    (low ? results.low_confidence : results.findings).push_back(std::move(one.finding));
  }
  for (Told& one : filtered) {
    if (reported.contains(one.finding.fingerprint)) continue;
    results.filtered.push_back({std::move(one.finding), filter_reason(one.story, scene)});
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

void note_losses(const Inputs& inputs, Results& results) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> losses;
  for (const model::Record& record : inputs.records) {
    const std::string program(base_name(record.header.exe));
    for (const model::Lost& lost : record.losses) {
      losses[{program, std::string(lost.what)}] += lost.count;
    }
    if (record.cut || !record.end) {
      results.notes.push_back(
          {"cut-record", model::Level::note,
           fmt::format("{} (process {}) was killed or is still running: its record is told as far "
                       "as it goes",
                       program, record.header.pid)});
    }
  }
  for (const auto& [what, count] : losses) {
    // The first and the last sixty-four threads that did the same nesting are there.
    const bool minor = what.second == "sightings";
    results.notes.push_back(
        {"lost-coverage", minor ? model::Level::note : model::Level::warning,
         fmt::format("{}: {} {} not recorded", what.first, count, what.second)});
  }
}

}  // namespace

bool is_new(const Results& results, const model::Finding& finding) {
  return !results.comparison || !results.comparison->known.contains(finding.fingerprint);
}

Results analyse(const Inputs& inputs, SymbolCache& symbols, Suppressions& suppressions) {
  Results results;
  results.records = inputs.records.size();
  results.sarif_files = inputs.sarif_files;
  std::set<std::pair<std::uint64_t, std::string_view>> processes;
  for (const model::Record& record : inputs.records) {
    processes.insert({record.header.pid, record.header.exe});
  }
  results.processes = processes.size();
  Scene scene(inputs.records, symbols);
  std::vector<Story> stories = all_stories(scene, suppressions, results);
  judge_candidates(stories, scene, results);
  prefetch_all(stories, scene);
  sort_out(stories, inputs.reported, scene, suppressions, results);
  note_losses(inputs, results);
  note_foreign(inputs, results);
  for (const model::ReadError& problem : inputs.problems) {
    results.incomplete = true;
    results.notes.push_back({"unreadable-input", model::Level::error, describe(problem)});
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
