// tests/unit/model/lock_order_graph_size_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Large graphs, limits, and memory that runs out.
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/lock_order_graph.h"

namespace lockweave::model {
namespace {

struct CycleCount final : LockOrderGraph::Visitor {
  void on_cycle(const LockOrderGraph::Cycle& cycle) override {
    (cycle.filter == LockOrderGraph::Filter::none ? reported : filtered) += 1;
  }
  std::uint64_t reported = 0;
  std::uint64_t filtered = 0;
};

LockOrderGraph::Summary search(const LockOrderGraph& graph,
                               const LockOrderGraph::Limits& limits = {}) {
  CycleCount count;
  const LockOrderGraph::Summary summary = graph.find_cycles(count, limits);
  EXPECT_EQ(summary.cycles, count.reported);
  EXPECT_EQ(summary.filtered, count.filtered);
  return summary;
}

class Builder {
 public:
  explicit Builder(LockOrderGraph& graph) : graph_(graph) {}
  // Locks first, first + step, ... last, each nested in the one before.
  void nest(Id thread, Id first, Id last, int step) {
    Id outer = 0;
    for (Id lock = first;; lock = static_cast<Id>(static_cast<int>(lock) + step)) {
      add(thread, outer, lock);
      if (lock == last) return;
    }
  }
  // All of 1..locks, from `first` on and round; within `gate` if there is one.
  void turn(Id thread, Id first, Id locks, Id gate) {
    Id outer = 0;
    if (gate != 0) add(thread, outer, gate);
    for (Id i = 0; i < locks; ++i) add(thread, outer, (first + i - 1) % locks + 1);
  }
  void pair(Id thread, Id held, Id wanted) {
    nest(thread, held, wanted, static_cast<int>(wanted) - static_cast<int>(held));
  }

 private:
  void add(Id thread, Id& outer, Id lock) {
    graph_.add_acquisition(next_, outer, lock, Mode::exclusive, false);
    graph_.add_observation(next_, thread, 0);
    outer = next_++;
  }

  LockOrderGraph& graph_;
  Id next_ = 1;
};

void ring(LockOrderGraph& graph, Id locks) {
  Builder builder(graph);
  for (Id lock = 1; lock <= locks; ++lock) builder.pair(lock, lock, lock % locks + 1);
}

// Only neighbours can deadlock: all other pairs have a gate between them.
TEST(LockOrderGraphSize, FiveHundredNestedInBothOrders) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  builder.nest(1, 1, 500, 1);
  builder.nest(2, 500, 1, -1);
  EXPECT_EQ(search(graph).cycles, 499u);
}

TEST(LockOrderGraphSize, OneHundredThousandLocksInOneChain) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  builder.nest(1, 1, 100000, 1);
  builder.nest(2, 1, 100000, 1);
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles + summary.filtered + summary.components_cut, 0u);
}

TEST(LockOrderGraphSize, ChainTooDeepToListIsCounted) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  builder.nest(1, 1, 100000, 1);
  builder.pair(2, 100000, 1);
  EXPECT_EQ(search(graph).components_cut, 1u);
}

TEST(LockOrderGraphSize, OneHundredThousandLocksInPairs) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id lock = 1; lock < 100000; lock += 2) {
    builder.pair(1, lock, lock + 1);
    builder.pair(2, lock + 1, lock);
  }
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 50000u);
  EXPECT_EQ(summary.components_cut, 0u);
}

TEST(LockOrderGraphSize, RingOfOneHundredThousandLocksIsCut) {
  LockOrderGraph graph(heap_resource());
  ring(graph, 100000);
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 0u);
  EXPECT_EQ(summary.components_cut, 1u);
}

TEST(LockOrderGraphSize, ManyContextsOfOnePair) {
  LockOrderGraph graph(heap_resource());
  Id next = 1;
  const auto witness = [&](Id thread, Id gate, Id held, Id wanted) {
    graph.add_acquisition(next, 0, gate, Mode::exclusive, false);
    graph.add_acquisition(next + 1, next, held, Mode::exclusive, false);
    graph.add_acquisition(next + 2, next + 1, wanted, Mode::exclusive, false);
    graph.add_observation(next + 2, thread, 0);
    next += 3;
  };
  for (Id i = 0; i < 50000; ++i) {
    witness(1 + i % 2, 3, 1, 2);
    witness(1 + i % 2, 3, 2, 1);
  }
  EXPECT_EQ(search(graph).filtered, 1u);
  EXPECT_EQ(search(graph).components_cut, 0u);
  witness(3, 4, 1, 2);
  EXPECT_EQ(search(graph).cycles, 1u);
}

// All orders of `locks` locks, each begun with another one.
void all_orders(Builder& builder, Id thread, Id locks, Id gate = 0) {
  for (Id first = 1; first <= locks; ++first) builder.turn(thread, first, locks, gate);
}

// Nothing can be reported, and that is known without looking at a single cycle.
TEST(LockOrderGraphSize, AllOrdersOfOneThreadAreSearchedInFull) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  all_orders(builder, 1, 200);
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 0u);
  EXPECT_EQ(summary.components_cut, 0u);
  EXPECT_LT(summary.steps, 1000u) << "no edge is listed for what cannot be reported";
  EXPECT_EQ(summary.filtered_cut, 1u);
}

TEST(LockOrderGraphSize, AllOrdersUnderOneGateAreSearchedInFull) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id thread = 1; thread <= 4; ++thread) all_orders(builder, thread, 100, 101);
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 0u);
  EXPECT_EQ(summary.components_cut, 0u);
}

// Two threads make cycles of two locks only, however many there are.
TEST(LockOrderGraphSize, AllOrdersOfTwoThreads) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  all_orders(builder, 1, 40);
  all_orders(builder, 2, 40);
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 40u * 39 / 2);
  EXPECT_EQ(summary.components_cut, 0u);
}

TEST(LockOrderGraphSize, MoreCyclesThanAreWantedIsSaid) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  all_orders(builder, 1, 100);
  all_orders(builder, 2, 100);
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 1000u);
  EXPECT_EQ(summary.components_cut, 1u);
  EXPECT_EQ(summary.components_full, 1u);
}

// Each thread ends before the next begins: no pair of contexts goes together, and that is found out
// once, not for each pair of edges.
TEST(LockOrderGraphSize, AllPairsOfThreadsThatAreOrdered) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id thread = 2; thread < 50; ++thread) {
    graph.add_thread(thread, 1, 2 * thread);
    graph.add_join(thread, 1, 2 * thread + 1);
    all_orders(builder, thread, 12);
  }
  const LockOrderGraph::Summary summary = search(graph);
  EXPECT_EQ(summary.cycles, 0u);
  EXPECT_EQ(summary.components_cut, 0u);
}

TEST(LockOrderGraphLimits, StepsOfAllComponentsTogether) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id lock = 1; lock < 99; lock += 2) {
    builder.pair(1, lock, lock + 1);
    builder.pair(2, lock + 1, lock);
  }
  EXPECT_EQ(search(graph, {.steps_total_max = 49 * 100}).components_cut, 0u);
  const LockOrderGraph::Summary cut = search(graph, {.steps_total_max = 49 * 2});
  EXPECT_EQ(cut.components_cut, 49u);
  EXPECT_LE(cut.steps, 49u * 2);
}

TEST(LockOrderGraphLimits, FilteredCyclesHaveStepsOfTheirOwn) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  all_orders(builder, 1, 20);
  builder.pair(2, 2, 1);
  builder.pair(3, 3, 1);
  const LockOrderGraph::Summary summary = search(graph, {.filtered_steps_max = 1000});
  EXPECT_GE(summary.cycles, 2u);
  EXPECT_EQ(summary.components_cut, 0u);
  EXPECT_GT(summary.filtered, 0u);
  EXPECT_EQ(summary.filtered_cut, 1u);
  const LockOrderGraph::Summary none = search(graph, {.filtered_steps_max = 0});
  EXPECT_EQ(none.cycles, summary.cycles);
  EXPECT_EQ(none.filtered + none.filtered_cut, 0u);
}

TEST(LockOrderGraphLimits, CycleLength) {
  for (const Id locks : {4u, 5u, 6u}) {
    LockOrderGraph graph(heap_resource());
    ring(graph, locks);
    const LockOrderGraph::Summary summary = search(graph, {.cycle_length_max = 5});
    EXPECT_EQ(summary.cycles, locks <= 5 ? 1u : 0u);
    EXPECT_EQ(summary.components_cut, locks <= 5 ? 0u : 1u);
  }
}

TEST(LockOrderGraphLimits, Cycles) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id lock = 2; lock <= 5; ++lock) {
    builder.pair(1, 1, lock);
    builder.pair(2, lock, 1);
  }
  EXPECT_EQ(search(graph, {.cycles_max = 4}).cycles, 4u);
  EXPECT_EQ(search(graph, {.cycles_max = 4}).components_cut, 0u);
  EXPECT_EQ(search(graph, {.cycles_max = 3}).cycles, 3u);
  EXPECT_EQ(search(graph, {.cycles_max = 3}).components_cut, 1u);
}

TEST(LockOrderGraphLimits, FilteredCyclesDoNotUseUpTheReportedOnes) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id lock = 2; lock <= 50; ++lock) {
    builder.pair(1, 1, lock);
    builder.pair(lock == 50 ? 2 : 1, lock, 1);
  }
  const LockOrderGraph::Summary summary = search(graph, {.cycles_max = 1});
  EXPECT_EQ(summary.cycles, 1u);
  EXPECT_EQ(summary.filtered, 48u);
  EXPECT_EQ(summary.components_cut, 0u);
}

TEST(LockOrderGraphLimits, StepsAndWitnesses) {
  LockOrderGraph graph(heap_resource());
  ring(graph, 5);
  EXPECT_EQ(search(graph, {.steps_max = 3}).components_cut, 1u);
  EXPECT_EQ(search(graph, {.witnesses_tried_max = 0}).components_cut, 1u);
  EXPECT_EQ(search(graph).components_cut, 0u);
}

TEST(LockOrderGraphLimits, LimitsHoldForEachComponentAlone) {
  LockOrderGraph graph(heap_resource());
  Builder builder(graph);
  for (Id lock = 1; lock < 9; lock += 2) {
    builder.pair(1, lock, lock + 1);
    builder.pair(2, lock + 1, lock);
  }
  EXPECT_EQ(search(graph, {.cycles_max = 1}).cycles, 4u);
  EXPECT_EQ(search(graph, {.cycles_max = 0}).components_cut, 4u);
}

// Gives memory a number of times, then no more; knows what was not given back.
class StingyResource final : public Resource {
 public:
  explicit StingyResource(int grants) : grants_(grants) {}
  ~StingyResource() { EXPECT_EQ(bytes_, 0u); }
  void* allocate(std::size_t bytes, std::size_t) override {
    if (grants_-- <= 0) return nullptr;
    bytes_ += bytes;
    return std::malloc(bytes);
  }
  void deallocate(void* memory, std::size_t bytes) override {
    bytes_ -= bytes;
    std::free(memory);
  }
  bool exhausted() const { return grants_ < 0; }

 private:
  int grants_;
  std::size_t bytes_ = 0;
};

TEST(LockOrderGraphMemory, RunningOutAnywhereIsSurvivedAndCounted) {
  for (int grants = 0;; ++grants) {
    StingyResource resource(grants);
    LockOrderGraph graph(resource);
    ring(graph, 40);
    graph.add_thread(2, 1, 0);
    graph.add_join(3, 1, 1);
    graph.add_declared_order(1, 2);
    graph.suppress_edge(7, 9);
    const LockOrderGraph::Summary summary = search(graph, {.cycle_length_max = 50});
    EXPECT_EQ(summary.components_cut, resource.exhausted() ? 1u : 0u) << grants;
    // What was found before stays found.
    EXPECT_LE(summary.cycles + summary.filtered, 1u) << grants;
    EXPECT_TRUE(resource.exhausted() || summary.cycles + summary.filtered == 1) << grants;
    if (!resource.exhausted()) return;
    ASSERT_LT(grants, 10000);
  }
}

}  // namespace
}  // namespace lockweave::model
