// tools/lockweave/records/lock_order.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/lock_order.h"

#include <algorithm>
#include <set>
#include <utility>

namespace lockweave::cli {
namespace {

using model::LockOrderGraph;

struct FoundCycle {
  std::vector<CycleEdge> edges;
  LockOrderGraph::Filter filter = LockOrderGraph::Filter::none;
  Id gate = 0;
};

class Collector final : public LockOrderGraph::Visitor {
 public:
  Collector(std::size_t record, FilteredCycles filtered)
      : record_(record), filtered_left_(filtered == FilteredCycles::listed ? kFilteredListed : 0) {}
  void on_cycle(const LockOrderGraph::Cycle& cycle) override {
    if (cycle.filter != LockOrderGraph::Filter::none) {
      if (filtered_left_ == 0) return;
      --filtered_left_;
    }
    FoundCycle& found = cycles.emplace_back();
    for (const auto& edge : cycle.edges) found.edges.push_back({record_, edge});
    found.filter = cycle.filter;
    found.gate = cycle.gate;
  }
  std::vector<FoundCycle> cycles;

 private:
  std::size_t record_;
  std::size_t filtered_left_;
};

using LockPair = std::pair<Id, Id>;  // held, wanted

// Adds what the judge takes out to `suppressed`; says whether that is anything new.
bool suppress_more(const std::vector<FoundCycle>& cycles, const EdgeJudge& judge,
                   std::set<LockPair>& suppressed) {
  std::vector<CycleEdge> edges;
  for (const FoundCycle& cycle : cycles) {
    for (const CycleEdge& edge : cycle.edges) {
      if (!edge.edge.declared) edges.push_back(edge);
    }
  }
  const std::vector<bool> out = judge(edges);
  bool more = false;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (out[i]) more |= suppressed.insert({edges[i].edge.held, edges[i].edge.wanted}).second;
  }
  return more;
}

// By acquisition: the nearest one, from it outwards, that took a lock. A semaphore that proved to be
// none neither orders nor guards anything.
std::vector<Id> nearest_locks(const model::Record& record) {
  std::vector<Id> nearest{0};
  for (const model::Acquisition& taken : record.acquisitions) {
    const bool lock = !record.object(taken.object).not_a_lock;
    nearest.push_back(lock ? taken.id : nearest[taken.outer]);
  }
  return nearest;
}

}  // namespace

void feed(LockOrderGraph& graph, const model::Record& record, const Numbering& numbering) {
  const Id a = numbering.acquisition_base;
  const Id t = numbering.thread_base;
  for (const model::Thread& thread : record.threads) {
    graph.add_thread(t + thread.id, thread.parent == 0 ? 0 : t + thread.parent,
                     thread.parent_segment);
  }
  for (const model::Join& join : record.joins) {
    if (join.by != 0) graph.add_join(t + join.thread, t + join.by, join.segment);
  }
  const std::vector<Id> nearest = nearest_locks(record);
  for (const model::Acquisition& taken : record.acquisitions) {
    if (nearest[taken.id] != taken.id) continue;
    const Id outer = nearest[taken.outer];
    graph.add_acquisition(a + taken.id, outer == 0 ? 0 : a + outer, numbering.lock(taken.object),
                          taken.mode, taken.trial);
  }
  for (const model::Observation& seen : record.observations) {
    if (record.object(record.acquisition(seen.acquisition).object).not_a_lock) continue;
    graph.add_observation(a + seen.acquisition, t + seen.thread, seen.segment);
  }
  for (const model::Order& order : record.orders) {
    graph.add_declared_order(numbering.lock(order.before), numbering.lock(order.after));
  }
}

bool take_steps(const LockOrderGraph::Summary& summary, LockOrderGraph::Limits& limits) {
  if (summary.steps >= limits.steps_total_max) return false;
  limits.steps_total_max -= summary.steps;
  return true;
}

CycleHarvest cycles_within(Records records, std::size_t index, const EdgeJudge& judge,
                           FilteredCycles filtered) {
  std::set<LockPair> suppressed;
  LockOrderGraph::Limits limits;
  for (;;) {
    LockOrderGraph graph(model::heap_resource());
    feed(graph, records[index], {0, 0, [](Id object) { return object; }});
    for (const auto& [held, wanted] : suppressed) graph.suppress_edge(held, wanted);
    Collector found(index, filtered);
    CycleHarvest harvest;
    harvest.summary = graph.find_cycles(found, limits);
    if (judge && suppress_more(found.cycles, judge, suppressed)) {
      if (take_steps(harvest.summary, limits)) continue;
      ++harvest.summary.components_cut;
      std::erase_if(found.cycles, [&suppressed](const FoundCycle& cycle) {
        return std::any_of(cycle.edges.begin(), cycle.edges.end(), [&](const CycleEdge& at) {
          return suppressed.contains({at.edge.held, at.edge.wanted});
        });
      });
    }
    for (const FoundCycle& cycle : found.cycles) {
      RawFinding& raw = harvest.raw_findings.emplace_back(cycle_finding(records, cycle.edges));
      raw.filter = cycle.filter;
      if (cycle.gate != 0) raw.gate = {index, cycle.gate};
    }
    return harvest;
  }
}

}  // namespace lockweave::cli
