// report/search_notes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/search_notes.h"

#include <fmt/core.h>

#include "report/text.h"

namespace lockweave::cli {

void note_search(const model::LockOrderGraph::Summary& all, Results& results) {
  results.filtered_cycles = all.filtered;
  results.more_filtered = all.filtered_cut != 0;
  if (all.components_full != 0) {
    results.cycles_left_out = true;
    results.notes.push_back(
        {"search-limit", model::Level::warning,
         fmt::format("there are more cycles in {} of locks: the shortest {} of each are told",
                     counted(all.components_full, "group"),
                     model::LockOrderGraph::Limits{}.cycles_max)});
  }
  const std::uint64_t cut = all.components_cut - all.components_full;
  if (cut == 0) return;
  results.search_cut = true;
  results.notes.push_back(
      {"search-limit", model::Level::warning,
       fmt::format("the search for cycles met its limit in {} of locks: there may be more cycles, "
                   "and of what was not searched nothing is known",
                   counted(cut, "group"))});
}

}  // namespace lockweave::cli
