// tools/lockweave/records/lock_order.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock-order cycles of one process: its acquisitions are put into model::LockOrderGraph and every
// cycle that can deadlock becomes a raw. Filtered ones are counted; the first kFilteredListed become
// raws too, if they are wanted. Suppressed edges are taken out and the search is made again, so a
// cycle that another path closes is still found. All searches together have the steps of one: when
// they are used up, what still holds a suppressed edge is left out, and the harvest is cut.
// Only the edges of cycles are judged, so a run without cycles looks up no symbols.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tools/lockweave/records/raw_findings.h"

namespace lockweave::cli {

// For each edge: may it not count? Empty function: all count.
using EdgeJudge = std::function<std::vector<bool>(std::span<const CycleEdge>)>;

enum class FilteredCycles : std::uint8_t { counted, listed };
inline constexpr std::size_t kFilteredListed = 1000;  // of a process

struct CycleHarvest {
  std::vector<RawFinding> raw_findings;
  model::LockOrderGraph::Summary summary;  // of the last search
  // Across processes: locks that are part of a nesting, and those of them one process alone has.
  std::size_t locks = 0;
  std::size_t unmatched_locks = 0;
};

CycleHarvest cycles_within(Records records, std::size_t index, const EdgeJudge& judge,
                           FilteredCycles filtered = FilteredCycles::counted);

// The steps that the next of several searches may take, after those of `summary`; false: no more.
bool take_steps(const model::LockOrderGraph::Summary& summary,
                model::LockOrderGraph::Limits& limits);

// How the ids of a record are numbered in a graph that holds several.
struct Numbering {
  Id acquisition_base = 0;
  Id thread_base = 0;
  std::function<Id(Id object)> lock;
};
void feed(model::LockOrderGraph& graph, const model::Record& record, const Numbering& numbering);

}  // namespace lockweave::cli
