// tests/unit/model/lock_order_graph_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each rule where it speaks, and where it must stay silent.
#include "model/lock_order_graph.h"

#include <gtest/gtest.h>

#include "order_script.h"

namespace lockweave::model {
namespace {

using testing::OrderScript;
using Lines = std::vector<std::string>;

TEST(LockOrderGraph, EmptyGraphHasNoCycles) {
  OrderScript script;
  EXPECT_EQ(script.cycles(), Lines());
  EXPECT_EQ(script.summary().components_cut, 0u);
}

TEST(LockOrderGraph, ReversedPairIsReported) {
  OrderScript script;
  script.run("1: A B").run("2: B A");
  EXPECT_EQ(script.cycles(), Lines{"A B: reported"});
  EXPECT_EQ(script.summary().cycles, 1u);
  EXPECT_EQ(script.summary().filtered, 0u);
  EXPECT_EQ(script.summary().components_cut, 0u);
}

TEST(LockOrderGraph, SamePairTwiceIsNoCycle) {
  EXPECT_EQ(OrderScript().run("1: A B").run("2: A B").cycles(), Lines());
}

TEST(LockOrderGraph, TellsTheWitnesses) {
  struct Check final : LockOrderGraph::Visitor {
    void on_cycle(const LockOrderGraph::Cycle& cycle) override {
      ASSERT_EQ(cycle.edges.size(), 2u);
      EXPECT_EQ(cycle.edges[0].held, 1u);
      EXPECT_EQ(cycle.edges[0].wanted, 2u);
      EXPECT_EQ(cycle.edges[0].held_at, 11u);
      EXPECT_EQ(cycle.edges[0].wanted_at, 12u);
      EXPECT_EQ(cycle.edges[0].thread, 5u);
      EXPECT_EQ(cycle.edges[0].segment, 3u);
      EXPECT_EQ(cycle.edges[1].held_at, 13u);
      EXPECT_EQ(cycle.edges[1].wanted_at, 14u);
      EXPECT_EQ(cycle.edges[1].thread, 6u);
      EXPECT_FALSE(cycle.edges[1].declared);
      ++seen;
    }
    int seen = 0;
  } check;
  LockOrderGraph graph(heap_resource());
  graph.add_acquisition(11, 0, 1, Mode::exclusive, false);
  graph.add_acquisition(12, 11, 2, Mode::exclusive, false);
  graph.add_acquisition(13, 0, 2, Mode::exclusive, false);
  graph.add_acquisition(14, 13, 1, Mode::exclusive, false);
  graph.add_observation(12, 5, 3);
  graph.add_observation(14, 6, 4);
  graph.find_cycles(check);
  EXPECT_EQ(check.seen, 1);
}

TEST(LockOrderGraph, CyclesOfThreeAndFive) {
  EXPECT_EQ(OrderScript().run("1: A B").run("2: B C").run("3: C A").cycles(),
            Lines{"A B C: reported"});
  EXPECT_EQ(
      OrderScript().run("1: A B").run("2: B C").run("3: C D").run("4: D E").run("5: E A").cycles(),
      Lines{"A B C D E: reported"});
}

TEST(LockOrderGraph, ThreeLocksNeedThreeThreads) {
  EXPECT_EQ(OrderScript().run("1: A B").run("2: B C").run("1: C A").cycles(),
            Lines{"A B C: one_thread"});
}

TEST(LockOrderGraph, OverlappingCyclesAreListedShortestFirst) {
  struct Lengths final : LockOrderGraph::Visitor {
    void on_cycle(const LockOrderGraph::Cycle& cycle) override {
      lengths.push_back(cycle.edges.size());
    }
    std::vector<std::size_t> lengths;
  } visitor;
  OrderScript script;
  script.run("1: A B").run("2: B C").run("3: C A").run("4: C B").run("5: C D").run("6: D A");
  script.graph().find_cycles(visitor);
  EXPECT_EQ(visitor.lengths, (std::vector<std::size_t>{2, 3, 4}));
  EXPECT_EQ(script.cycles(), (Lines{"A B C D: reported", "A B C: reported", "B C: reported"}));
}

TEST(LockOrderGraph, EdgesComeFromEveryLockHeld) {
  EXPECT_EQ(OrderScript().run("1: A X Y B").run("2: B A").reported(), Lines{"A B"});
}

TEST(LockOrderGraph, OneThreadCannotDeadlockWithItself) {
  EXPECT_EQ(OrderScript().run("1: A B").run("1: B A").cycles(), Lines{"A B: one_thread"});
  EXPECT_EQ(OrderScript().run("1: A B").run("1: B A").run("2: B A").cycles(),
            Lines{"A B: reported"});
}

TEST(LockOrderGraph, ExclusiveGateProtects) {
  EXPECT_EQ(OrderScript().run("1: G A B").run("2: G B A").cycles(), Lines{"A B: gate_lock G"});
}

TEST(LockOrderGraph, SharedGateDoesNotProtect) {
  EXPECT_EQ(OrderScript().run("1: G/r A B").run("2: G/r B A").cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, GateHeldSharedByOneAndExclusivelyByTheOtherProtects) {
  EXPECT_EQ(OrderScript().run("1: G/r A B").run("2: G B A").cycles(), Lines{"A B: gate_lock G"});
}

TEST(LockOrderGraph, GateTakenAfterTheHeldLockProtects) {
  EXPECT_EQ(OrderScript().run("1: A G B").run("2: B G A").cycles(),
            (Lines{"A B G: one_thread", "A B: gate_lock G", "A G B: one_thread", "A G: reported",
                   "G B: reported"}));
}

TEST(LockOrderGraph, GateTakenByTryLockProtects) {
  EXPECT_EQ(OrderScript().run("1: G? A B").run("2: G? B A").cycles(), Lines{"A B: gate_lock G"});
}

TEST(LockOrderGraph, GateOfOneSideOnlyDoesNotProtect) {
  EXPECT_EQ(OrderScript().run("1: G A B").run("2: B A").cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, GateReleasedBeforeTheWantedLockDoesNotProtect) {
  EXPECT_EQ(OrderScript().run("1: G A -G B").run("2: G B A").cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, GatedFirstWitnessDoesNotHideAnUngatedSecond) {
  EXPECT_EQ(OrderScript().run("1: G A B").run("2: G B A").run("3: A B").cycles(),
            Lines{"A B: reported"});
  EXPECT_EQ(OrderScript().run("1: G A B").run("2: G B A").run("2: A B").cycles(),
            Lines{"A B: gate_lock G"});
}

TEST(LockOrderGraph, CreationOrders) {
  OrderScript script;
  script.run("1.0: A B").run("2.0: B A");
  script.graph().add_thread(2, 1, 0);
  EXPECT_EQ(script.cycles(), Lines{"A B: ordered"});
}

TEST(LockOrderGraph, WhatTheParentDoesAfterCreationIsNotOrdered) {
  OrderScript script;
  script.run("1.1: A B").run("2.0: B A");
  script.graph().add_thread(2, 1, 0);
  EXPECT_EQ(script.cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, JoinOrders) {
  OrderScript script;
  script.run("1.2: A B").run("2.0: B A");
  script.graph().add_thread(2, 1, 0);
  script.graph().add_join(2, 1, 2);
  EXPECT_EQ(script.cycles(), Lines{"A B: ordered"});
}

TEST(LockOrderGraph, OneThreadAfterTheOtherIsOrdered) {
  OrderScript script;
  script.run("2.0: A B").run("3.0: B A");
  script.graph().add_thread(2, 1, 0);
  script.graph().add_join(2, 1, 2);
  script.graph().add_thread(3, 1, 2);
  EXPECT_EQ(script.cycles(), Lines{"A B: ordered"});
}

TEST(LockOrderGraph, SiblingsAreNotOrdered) {
  OrderScript script;
  script.run("2.0: A B").run("3.0: B A");
  script.graph().add_thread(2, 1, 0);
  script.graph().add_thread(3, 1, 1);
  script.graph().add_join(2, 1, 3);
  EXPECT_EQ(script.cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, HandOverHandIsNoCycle) {
  EXPECT_EQ(OrderScript().run("1: A B -A C").run("2: C A").reported(), Lines());
  EXPECT_EQ(OrderScript().run("1: A B C").run("2: C A").reported(), Lines{"A C"});
  EXPECT_EQ(OrderScript().run("1: A B -A C").run("2: A B -A C").run("3: C A").reported(),
            Lines{"A B C"});
}

TEST(LockOrderGraph, NoEdgeLeadsToATryLock) {
  EXPECT_EQ(OrderScript().run("1: A B").run("2: B A?").cycles(), Lines());
}

TEST(LockOrderGraph, EdgesLeaveATryLock) {
  EXPECT_EQ(OrderScript().run("1: A? B").run("2: B? A").cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, ReadersDoNotBlockReaders) {
  EXPECT_EQ(OrderScript().run("1: A/r B/r").run("2: B/r A/r").cycles(), Lines{"A B: shared_mode"});
  EXPECT_EQ(OrderScript().run("1: A/r B").run("2: B A/r").cycles(), Lines{"A B: shared_mode"});
}

TEST(LockOrderGraph, WritersBlockReadersAndAreBlockedByThem) {
  EXPECT_EQ(OrderScript().run("1: A/r B").run("2: B/r A").cycles(), Lines{"A B: reported"});
  EXPECT_EQ(OrderScript().run("1: A B/r").run("2: B A/r").cycles(), Lines{"A B: reported"});
  EXPECT_EQ(OrderScript().run("1: A/r B").run("2: B A").cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, ReaderThatUpgradesIsBlockedByAReader) {
  EXPECT_EQ(OrderScript().run("1: A/r B A").run("2: A/r B").cycles(), Lines{"A B: reported"});
  EXPECT_EQ(OrderScript().run("1: A/r B A").run("2: A B").cycles(), Lines{"A B: gate_lock A"});
}

TEST(LockOrderGraph, RecursionIsNoEdge) {
  EXPECT_EQ(OrderScript().run("1: A A").run("2: A A").cycles(), Lines());
  EXPECT_EQ(OrderScript().run("1: A B A").run("2: A B").cycles(), Lines());
}

TEST(LockOrderGraph, DeclaredOrderIsViolatedByOneThread) {
  OrderScript script;
  script.run("1: B A");
  script.graph().add_declared_order(script.lock("A"), script.lock("B"));
  EXPECT_EQ(script.cycles(), Lines{"B A: reported"});
}

TEST(LockOrderGraph, DeclaredOrderIsTransitive) {
  OrderScript script;
  script.run("1: C A");
  script.graph().add_declared_order(script.lock("A"), script.lock("B"));
  script.graph().add_declared_order(script.lock("B"), script.lock("C"));
  EXPECT_EQ(script.cycles(), Lines{"C A B: reported"});
}

TEST(LockOrderGraph, DeclaredOrderThatIsKeptIsNoCycle) {
  OrderScript script;
  script.run("1: A B");
  script.graph().add_declared_order(script.lock("A"), script.lock("B"));
  script.graph().add_declared_order(script.lock("A"), script.lock("A"));
  EXPECT_EQ(script.cycles(), Lines());
}

TEST(LockOrderGraph, DeclaredOrderIsViolatedUnderAGate) {
  OrderScript script;
  script.run("1: G B A").run("2: G A B");
  script.graph().add_declared_order(script.lock("A"), script.lock("B"));
  EXPECT_EQ(script.cycles(), Lines{"B A: reported"});
}

TEST(LockOrderGraph, ContradictingDeclarationsAloneAreNoCycle) {
  OrderScript script;
  const Id a = script.lock("A");
  const Id b = script.lock("B");
  script.graph().add_declared_order(a, b);
  script.graph().add_declared_order(b, a);
  EXPECT_EQ(script.cycles(), Lines());
  script.run("1: A B");
  EXPECT_EQ(script.reported(), Lines{"A B"});
}

TEST(LockOrderGraph, DeclaredEdgeIsTold) {
  struct Check final : LockOrderGraph::Visitor {
    void on_cycle(const LockOrderGraph::Cycle& cycle) override {
      for (const LockOrderGraph::Edge& edge : cycle.edges) {
        EXPECT_EQ(edge.declared, edge.wanted_at == 0);
        EXPECT_EQ(edge.declared, edge.thread == 0);
        declared += edge.declared ? 1 : 0;
      }
    }
    int declared = 0;
  } check;
  OrderScript script;
  script.run("1: B A");
  script.graph().add_declared_order(script.lock("A"), script.lock("B"));
  script.graph().find_cycles(check);
  EXPECT_EQ(check.declared, 1);
}

TEST(LockOrderGraph, SuppressedEdgeIsGone) {
  OrderScript script;
  script.run("1: A B C").run("2: B A").run("3: C A");
  EXPECT_EQ(script.cycles(), (Lines{"A B C: one_thread", "A B: reported", "A C: reported"}));
  script.graph().suppress_edge(script.lock("A"), script.lock("B"));
  EXPECT_EQ(script.cycles(), Lines{"A C: reported"});
  script.graph().suppress_edge(script.lock("C"), script.lock("A"));
  EXPECT_EQ(script.cycles(), Lines());
}

TEST(LockOrderGraph, AcquisitionThatNobodyDidIsNoWitness) {
  OrderScript script;
  script.run("1: A B");
  script.graph().add_acquisition(101, 0, script.lock("B"), Mode::exclusive, false);
  script.graph().add_acquisition(102, 101, script.lock("A"), Mode::exclusive, false);
  EXPECT_EQ(script.cycles(), Lines());
  script.graph().add_observation(102, 2, 0);
  EXPECT_EQ(script.cycles(), Lines{"A B: reported"});
}

TEST(LockOrderGraph, FirstAdditionOfAnIdCounts) {
  LockOrderGraph graph(heap_resource());
  graph.add_acquisition(1, 0, 1, Mode::exclusive, false);
  graph.add_acquisition(1, 0, 2, Mode::exclusive, false);
  graph.add_acquisition(2, 1, 2, Mode::exclusive, false);
  graph.add_acquisition(3, 0, 2, Mode::exclusive, false);
  graph.add_acquisition(4, 3, 1, Mode::exclusive, false);
  graph.add_observation(2, 1, 0);
  graph.add_observation(4, 2, 0);
  graph.add_observation(99, 2, 0);
  struct Count final : LockOrderGraph::Visitor {
    void on_cycle(const LockOrderGraph::Cycle&) override { ++cycles; }
    int cycles = 0;
  } count;
  graph.find_cycles(count);
  EXPECT_EQ(count.cycles, 1);
}

TEST(LockOrderGraph, SameAdditionsGiveTheSameAnswer) {
  const auto build = [] {
    OrderScript script;
    script.run("1: A B C").run("2: C B A").run("3: B A C").run("4: C A");
    return script.cycles();
  };
  EXPECT_EQ(build(), build());
}

}  // namespace
}  // namespace lockweave::model
