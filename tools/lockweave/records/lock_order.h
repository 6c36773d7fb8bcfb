// tools/lockweave/records/lock_order.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock-order cycles of one process: its acquisitions are put into model::LockOrderGraph and every
// cycle becomes a raw, reported and filtered ones alike. Suppressed edges are taken out and the
// search is made again, so a cycle that another path closes is still found.
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

struct CycleHarvest {
  std::vector<RawFinding> raw_findings;
  std::uint64_t components_cut = 0;  // parts of the graph whose search met a limit
  // Across processes: locks that are part of a nesting, and those of them one process alone has.
  std::size_t locks = 0;
  std::size_t unmatched_locks = 0;
};

CycleHarvest cycles_within(Records records, std::size_t index, const EdgeJudge& judge);

// How the ids of a record are numbered in a graph that holds several.
struct Numbering {
  Id acquisition_base = 0;
  Id thread_base = 0;
  std::function<Id(Id object)> lock;
};
void feed(model::LockOrderGraph& graph, const model::Record& record, const Numbering& numbering);

}  // namespace lockweave::cli
