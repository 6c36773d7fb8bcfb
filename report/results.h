// report/results.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that a command has to say: what the pipeline and the analyzer fill, and the renderers print.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/finding.h"
#include "report/comparison.h"

namespace lockweave::cli {

// Something to know that is no finding.
struct Note {
  std::string id;  // "lost-coverage", "cut-record", "no-symbols", "unused-suppression"...
  model::Level level = model::Level::note;
  std::string text;
  std::string remedy{};  // a line of its own; may be empty
};

// For formats that know no second line.
inline std::string whole_text(const Note& note) {
  return note.remedy.empty() ? note.text : note.text + "\n  " + note.remedy;
}

struct FilteredCycle {
  model::Finding finding;
  std::string reason;
};

struct Results {
  std::vector<model::Finding> findings;
  std::vector<model::Finding> low_confidence;  // shown with --all only
  std::vector<FilteredCycle> filtered;         // listed with --all only, those that are alike once
  std::uint64_t filtered_cycles = 0;           // how many were met
  bool more_filtered = false;                  // and there may be more
  std::vector<Note> notes;
  std::set<std::string> already_printed;  // fingerprints their process has shown
  std::optional<Comparison> comparison;   // with a baseline
  std::size_t suppressed = 0;
  std::size_t records = 0;
  std::size_t processes = 0;
  std::size_t ended_unseen = 0;  // of the records: no end is in them, and how it came is not known
  std::size_t ended_by_signal = 0;  // the same, but it is known
  std::size_t sarif_files = 0;
  std::size_t units = 0;  // translation units that the analyzer looked at, and their lines
  std::uint64_t lines = 0;
  // Locks of nestings, and how many of them one process alone has; over several processes only.
  std::size_t nested_locks = 0;
  std::size_t unmatched_locks = 0;
  bool incomplete = false;  // some input could not be read in full
  bool search_cut = false;  // some locks' orders were not searched to the end: no answer for them
  bool cycles_left_out = false;  // more cycles were found than are told
};

// Was everything that was to be looked at looked at to the end? Else nothing reads as clean.
inline bool is_whole(const Results& results) { return !results.incomplete && !results.search_cut; }

// How many filtered cycles there are to speak of: those listed, or, unlisted, those counted.
inline std::uint64_t filtered_count(const Results& results) {
  return results.filtered.empty() ? results.filtered_cycles : results.filtered.size();
}

// Not among what the baseline accepts; without a baseline every finding is new.
bool is_new(const Results& results, const model::Finding& finding);

}  // namespace lockweave::cli
