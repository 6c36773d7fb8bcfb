// tests/unit/runtime/detectors/race_engine_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The race engine: by hand on the patterns it must tell apart, and at random against an oracle that
// has no clocks.
#include "runtime/detectors/race_engine.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>

#include "tests/unit/runtime/detectors/naive_races.h"
#include "tests/unit/runtime/detectors/race_world.h"

namespace lockweave::detectors {
namespace {

class RaceEngineTest : public testing::Test {
 protected:
  void SetUp() override {
    world.begin(0);
    world.create(0, 1);
    world.create(0, 2);
  }
  template <class Body>
  void locked(int thread, int lock, Body body) {
    world.acquired(thread, lock);
    body();
    world.release(thread, lock);
  }

  World world;
};

TEST_F(RaceEngineTest, TwoWritesThatNothingOrdersAreARace) {
  EXPECT_EQ(world.writes(1), RaceKind::none);
  EXPECT_EQ(world.writes(2), RaceKind::data_race);
}

TEST_F(RaceEngineTest, AReadAfterAWriteIsARaceAndAWriteAfterARead) {
  EXPECT_EQ(world.writes(1, 0), RaceKind::none);
  EXPECT_EQ(world.reads(2, 0), RaceKind::data_race);
  EXPECT_EQ(world.reads(1, 1), RaceKind::none);
  EXPECT_EQ(world.writes(2, 1), RaceKind::data_race);
}

TEST_F(RaceEngineTest, ReadersDoNotRace) {
  EXPECT_EQ(world.reads(1), RaceKind::none);
  EXPECT_EQ(world.reads(2), RaceKind::none);
}

TEST_F(RaceEngineTest, AVariableIsToldOnceUnlessItGetsWorse) {
  locked(1, 0, [&] { world.writes(1); });
  locked(2, 0, [] {});
  EXPECT_EQ(world.writes(2), RaceKind::inconsistent_locking);
  EXPECT_EQ(world.writes(2), RaceKind::none);
  EXPECT_EQ(world.writes(1), RaceKind::data_race);
  EXPECT_EQ(world.writes(2), RaceKind::none);
}

TEST_F(RaceEngineTest, CreationAndJoinOrder) {
  world.writes(0);
  world.create(0, 3);
  EXPECT_EQ(world.writes(3), RaceKind::none);
  world.end(3);
  world.join(0, 3);
  EXPECT_EQ(world.writes(0), RaceKind::none);
}

TEST_F(RaceEngineTest, ACommonLockIsEnough) {
  for (const int thread : {1, 2, 1, 0}) {
    locked(thread, 0, [&] {
      EXPECT_EQ(world.reads(thread), RaceKind::none);
      EXPECT_EQ(world.writes(thread), RaceKind::none);
    });
  }
}

TEST_F(RaceEngineTest, LuckIsWhenAnUpdateUnderAnotherVariablesLockComesBetween) {
  world.writes(1, 0);
  locked(1, 0, [&] { world.reads(1, 1), world.writes(1, 1); });
  locked(2, 0, [&] { world.reads(2, 1), world.writes(2, 1); });
  EXPECT_EQ(world.writes(2, 0), RaceKind::inconsistent_locking);
}

TEST_F(RaceEngineTest, AFlagReadUnderTheLockIsDesign) {
  world.writes(1, 0);
  locked(1, 0, [&] { world.writes(1, 1); });
  locked(2, 0, [&] { world.reads(2, 1); });
  EXPECT_EQ(world.reads(2, 0), RaceKind::none);
}

// while (items == 0) wait(); --items;
TEST_F(RaceEngineTest, ATestBeforeAnUpdateIsDesign) {
  world.writes(1, 0);
  locked(1, 0, [&] { world.reads(1, 1), world.writes(1, 1); });
  locked(2, 0, [&] { world.reads(2, 1), world.reads(2, 1), world.writes(2, 1); });
  EXPECT_EQ(world.writes(2, 0), RaceKind::none);
}

// got = slot; slot = nullptr;
TEST_F(RaceEngineTest, ALookIsDesignThoughAWriteFollows) {
  world.writes(1, 0);
  locked(1, 0, [&] { world.writes(1, 1); });
  locked(2, 0, [&] { world.looks(2, 1), world.writes(2, 1); });
  EXPECT_EQ(world.writes(2, 0), RaceKind::none);
}

// got = list.front(); list.pop_front();
TEST_F(RaceEngineTest, AChangeIsDesign) {
  world.writes(1, 0);
  locked(1, 0, [&] { world.changes(1, 1); });
  locked(2, 0, [&] { world.changes(2, 1); });
  EXPECT_EQ(world.writes(2, 0), RaceKind::none);
}

TEST_F(RaceEngineTest, UpdatesInOneStepAreLuckHoweverMany) {
  world.writes(1, 0);
  locked(1, 0, [&] { world.updates(1, 1), world.updates(1, 1); });
  locked(2, 0, [&] { world.updates(2, 1), world.updates(2, 1); });
  EXPECT_EQ(world.writes(2, 0), RaceKind::inconsistent_locking);
}

TEST_F(RaceEngineTest, WhatALookLearnsComesAfterTheLook) {
  world.writes(1, 0);
  world.order_release(1, 0);
  world.order_acquire(0, 0);
  locked(0, 0, [&] { world.changes(0, 0); });
  locked(2, 0, [&] { EXPECT_EQ(world.changes(2, 0), RaceKind::inconsistent_locking); });
}

TEST_F(RaceEngineTest, AnUpdateTakesOverAfterARaceAsAReaderDoes) {
  world.writes(1, 0);
  world.writes(1, 1);
  EXPECT_EQ(world.updates(2, 1), RaceKind::data_race);
  EXPECT_EQ(world.writes(2, 0), RaceKind::none);
}

TEST_F(RaceEngineTest, LiteralLocksetsTellWhatAFlagOrdered) {
  world.take_locksets_literally();
  world.writes(1, 0);
  locked(1, 0, [&] { world.writes(1, 1); });
  locked(2, 0, [&] { EXPECT_EQ(world.reads(2, 1), RaceKind::none); });
  EXPECT_EQ(world.reads(2, 0), RaceKind::inconsistent_locking);
}

TEST_F(RaceEngineTest, LiteralLocksetsLeaveCreationJoinAndHandingOver) {
  world.take_locksets_literally();
  world.writes(0);
  world.create(0, 3);
  EXPECT_EQ(world.writes(3), RaceKind::none);
  world.order_release(3, 0);
  world.order_acquire(1, 0);
  EXPECT_EQ(world.writes(1), RaceKind::none);
  world.end(1);
  world.join(0, 1);
  EXPECT_EQ(world.writes(0), RaceKind::none);
}

TEST_F(RaceEngineTest, AFlagThatItsOwnThreadWroteSaysNothing) {
  locked(2, 0, [&] { world.writes(2, 1); });
  world.writes(1, 0);
  locked(1, 0, [] {});
  locked(2, 0, [&] { world.reads(2, 1); });
  EXPECT_EQ(world.reads(2, 0), RaceKind::inconsistent_locking);
}

TEST_F(RaceEngineTest, HandingOverIsDesign) {
  world.writes(1);
  world.order_release(1, 0);
  world.order_acquire(2, 0);
  EXPECT_EQ(world.writes(2), RaceKind::none);
}

TEST_F(RaceEngineTest, WhatComesAfterHandingOverIsNotOrdered) {
  world.order_release(1, 0);
  world.writes(1);
  world.order_acquire(2, 0);
  EXPECT_EQ(world.writes(2), RaceKind::data_race);
}

TEST_F(RaceEngineTest, AWriteUnderASharedLockIsToldAsThat) {
  world.acquired(1, 0, true);
  world.acquired(2, 0, true);
  world.writes(1);
  EXPECT_EQ(world.writes(2), RaceKind::write_under_shared_lock);
}

TEST_F(RaceEngineTest, AnExclusiveHolderExcludesSharedOnes) {
  world.acquired(1, 0, true);
  world.reads(1);
  world.release(1, 0, true);
  world.acquired(2, 0);
  EXPECT_EQ(world.writes(2), RaceKind::none);
}

TEST_F(RaceEngineTest, ReadersOfARwlockDoNotOrderEachOther) {
  world.writes(1, 0);
  world.acquired(1, 0, true);
  world.release(1, 0, true);
  world.acquired(2, 0, true);
  EXPECT_EQ(world.writes(2, 0), RaceKind::data_race);
}

TEST_F(RaceEngineTest, TheReaderOfARaceTakesOverSoThatTheRestIsSilent) {
  world.writes(1, 0);
  world.writes(1, 1);  // a plain flag
  EXPECT_EQ(world.reads(2, 1), RaceKind::data_race);
  EXPECT_EQ(world.reads(2, 0), RaceKind::none);
}

TEST_F(RaceEngineTest, ASlotIsUsedAgainOnlyByWhoKnowsOfTheEnd) {
  world.create(0, 3);
  world.end(3);
  world.create(1, 4);  // thread 1 does not know
  EXPECT_NE(world.slot_of(4), world.slot_of(3));
  world.join(0, 3);
  world.create(0, 5);
  EXPECT_EQ(world.slot_of(5), world.slot_of(3));
}

TEST_F(RaceEngineTest, ThousandsOfThreadsOneAfterTheOtherNeedNoMoreSlots) {
  for (int i = 10; i < 5000; ++i) {
    world.create(0, i);
    EXPECT_EQ(world.writes(i), RaceKind::none);
    world.end(i);
    world.join(0, i);
    ASSERT_LT(world.slot_of(i), 8U);
  }
}

// Detached ones: nobody ever knows of their ends.
TEST_F(RaceEngineTest, ThousandsOfThreadsThatNobodyJoinsNeedNoMoreSlotsThanAreKept) {
  constexpr int kMany = 20000;
  for (int i = 10; i < kMany; ++i) {
    world.create(0, i);
    locked(i, 0, [&] { EXPECT_EQ(world.updates(i), RaceKind::none); });
    world.end(i);
    world.forget_thread(i);
  }
  world.create(0, kMany);
  EXPECT_LE(world.slot_of(kMany), ClockSlots::kKeptMax + 3);
  EXPECT_GT(world.engine().threads_forgotten(), 19000U);
  EXPECT_EQ(world.updates(kMany), RaceKind::data_race) << "with one that is not forgotten";
}

TEST_F(RaceEngineTest, WhatAForgottenThreadDidIsNoLongerJudgedButLearntFrom) {
  world.order_release(2, 1);
  world.writes(2, 1);  // before the flag, if the flag orders
  world.order_release(2, 0);
  world.create(0, 10);
  world.order_acquire(10, 0);
  locked(10, 0, [&] { world.writes(10, 0); });
  const Slot slot = world.slot_of(10);
  world.end(10);
  int last = 11;
  for (; last == 11 || world.slot_of(last - 1) != slot; ++last) {
    ASSERT_LT(last, 2000);
    world.create(0, last);
    world.end(last);
  }
  world.create(1, last);
  locked(last, 0, [&] { EXPECT_EQ(world.looks(last, 0), RaceKind::none); });
  EXPECT_EQ(world.writes(last, 1), RaceKind::none) << "the flag was looked at";
  EXPECT_EQ(world.writes(1, 0), RaceKind::data_race) << "with the reader; the writer is forgotten";
}

TEST_F(RaceEngineTest, ARepeatedReadIsNoneOnceSomebodyWrote) {
  world.reads(1);
  EXPECT_TRUE(world.is_repeated(1, 0, AccessKind::read));
  EXPECT_EQ(world.reads(2), RaceKind::none);
  EXPECT_TRUE(world.is_repeated(1, 0, AccessKind::read)) << "other readers change nothing";
  EXPECT_EQ(world.writes(2), RaceKind::data_race);
  EXPECT_FALSE(world.is_repeated(1, 0, AccessKind::read));
}

TEST_F(RaceEngineTest, ReadsOfManyVariablesInTurnAreRepeated) {
  for (int variable = 0; variable < kVariables; ++variable) world.looks(1, variable);
  for (int variable = 0; variable < kVariables; ++variable) {
    EXPECT_TRUE(world.is_repeated(1, variable, AccessKind::look));
    EXPECT_FALSE(world.is_repeated(2, variable, AccessKind::look));
  }
  locked(1, 0, [] {});
  EXPECT_FALSE(world.is_repeated(1, 0, AccessKind::look)) << "it has handed over since";
}

TEST_F(RaceEngineTest, DestructionRacesWithAnAccess) {
  world.reads(1);
  EXPECT_EQ(world.ends(2), RaceKind::data_race);
}

TEST_F(RaceEngineTest, WhoDestroysNeedsNoLockIfAnythingOrdered) {
  locked(1, 0, [&] { world.writes(1); });
  locked(2, 0, [] {});
  EXPECT_EQ(world.ends(2), RaceKind::none);
}

TEST_F(RaceEngineTest, AnAccessAfterTheEndRacesUnlessItIsOrdered) {
  EXPECT_EQ(world.ends(1), RaceKind::none);
  EXPECT_EQ(world.reads(1), RaceKind::none);
  EXPECT_EQ(world.reads(2), RaceKind::data_race);
}

TEST_F(RaceEngineTest, AVariableThatBeginsAgainHasNoPast) {
  world.ends(1);
  world.begin_again(0);
  EXPECT_EQ(world.writes(2), RaceKind::none);
}

TEST_F(RaceEngineTest, InTheChildOfAForkAllThatOtherThreadsDidIsOver) {
  locked(1, 0, [&] { world.writes(1, 0); });
  world.writes(2, 1);
  world.fork(0);
  EXPECT_EQ(world.writes(0, 0), RaceKind::none);
  EXPECT_EQ(world.writes(0, 1), RaceKind::none);
}

TEST_F(RaceEngineTest, ThreadsOfTheChildRaceAsAnyDo) {
  world.create(1, 3);
  world.end(3);  // its slot is free, and thread 0 knows nothing of it
  world.fork(0);
  world.create(0, 4);
  world.create(0, 5);
  EXPECT_EQ(world.slot_of(4), world.slot_of(3));
  EXPECT_EQ(world.writes(4), RaceKind::none);
  EXPECT_EQ(world.writes(5), RaceKind::data_race);
}

TEST_F(RaceEngineTest, AFullHistoryForgetsTheOldestAndCountsIt) {
  const std::uint64_t before = core::lost(core::Loss::accesses);
  for (int i = 10; i < 100; ++i) {
    world.create(0, i);
    world.reads(i);
  }
  EXPECT_EQ(core::lost(core::Loss::accesses) - before, 90U - Variable::kHistoryMax);
  EXPECT_EQ(world.variable(0).count, Variable::kHistoryMax);
  EXPECT_EQ(world.variable(0).forgotten, 90U - Variable::kHistoryMax);
  EXPECT_EQ(world.writes(99), RaceKind::data_race);
}

TEST(VectorClockTest, JoinTakesTheHigherOfEach) {
  VectorClock a;
  VectorClock b;
  a.set(0, 5);
  b.set(0, 3);
  b.set(20, 7);
  EXPECT_TRUE(a.join(b));
  EXPECT_FALSE(a.join(b));
  EXPECT_EQ(a.at(0), 5U);
  EXPECT_EQ(a.at(20), 7U);
  EXPECT_EQ(a.at(19), 0U);
  EXPECT_EQ(a.at(100), 0U);
  EXPECT_TRUE(a.knows(20, 7));
  EXPECT_FALSE(a.knows(20, 8));
}

// A schedule that could happen: locks exclude, joined threads have ended.
class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed) {
    world_.begin(0);
    state_[0] = {};
  }

  // Empty, or where the two disagree.
  std::string run(int events) {
    for (int i = 0; i < events; ++i) {
      const std::string difference = step(pick_thread());
      if (!difference.empty()) return difference;
    }
    return {};
  }
  int races() const { return races_; }

 private:
  struct State {
    Held held;
    bool ended = false;
    bool joined = false;  // or gone
  };

  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  int pick_thread() {
    for (;;) {
      const int thread = below(static_cast<int>(state_.size()));
      if (!state_[thread].ended) return thread;
    }
  }

  std::string step(int thread) {
    if (below(100) == 0) return fork(thread);
    if (below(30) == 0) return end_or_begin_again(thread, below(kVariables));
    switch (below(12)) {
      case 0: return create(thread);
      case 1: return end_or_join(thread);
      case 2:
      case 3: return lock(thread, below(kLocks), below(3) == 0);
      case 4:
      case 5: return unlock(thread);
      case 6: return hand(thread, below(kObjects));
      case 7: return load_and_store(thread, below(kVariables));
      default: return access(thread, below(kVariables), static_cast<AccessKind>(below(5)));
    }
  }
  std::string create(int thread) {
    const int child = static_cast<int>(state_.size());
    if (child > 8) return {};
    state_[child] = {};
    log_ << thread << " creates " << child << "\n";
    world_.create(thread, child);
    naive_.create(thread, child);
    return {};
  }
  std::string end_or_join(int thread) {
    for (auto& [other, state] : state_) {
      if (other == thread || other == 0 || state.joined || !state.held.empty()) continue;
      if (!state.ended) world_.end(other);
      state.ended = state.joined = true;
      log_ << thread << " joins " << other << "\n";
      world_.join(thread, other);
      naive_.join(thread, other);
      return {};
    }
    return {};
  }
  // Locks of the threads that are gone stay taken.
  std::string fork(int survivor) {
    for (auto& [thread, state] : state_) {
      if (thread != survivor) state.ended = state.joined = true;
    }
    log_ << survivor << " forks\n";
    world_.fork(survivor);
    naive_.fork(survivor);
    return {};
  }
  std::string lock(int thread, int lock, bool shared) {
    for (const auto& [other, state] : state_) {
      for (const HeldLock& held : state.held) {
        if (held.lock == lock && (other == thread || !held.shared || !shared)) return {};
      }
    }
    state_[thread].held.insert({lock, shared});
    log_ << thread << " locks " << lock << (shared ? " shared\n" : "\n");
    world_.acquired(thread, lock, shared);
    naive_.acquired(thread, lock, shared);
    return {};
  }
  std::string unlock(int thread) {
    if (state_[thread].held.empty()) return {};
    const HeldLock held = *state_[thread].held.begin();
    state_[thread].held.erase(held);
    log_ << thread << " unlocks " << held.lock << "\n";
    world_.release(thread, held.lock, held.shared);
    naive_.release(thread, held.lock, held.shared);
    return {};
  }
  std::string hand(int thread, int object) {
    if (below(2) == 0) {
      log_ << thread << " hands over " << object << "\n";
      world_.order_release(thread, object);
      naive_.order_release(thread, object);
    } else {
      log_ << thread << " takes over " << object << "\n";
      world_.order_acquire(thread, object);
      naive_.order_acquire(thread, object);
    }
    return {};
  }
  std::string load_and_store(int thread, int variable) {
    const std::string difference = access(thread, variable, AccessKind::read);
    return difference.empty() ? access(thread, variable, AccessKind::write) : difference;
  }
  std::string end_or_begin_again(int thread, int variable) {
    if (below(2) == 0) return access(thread, variable, AccessKind::end);
    log_ << variable << " begins again\n";
    world_.begin_again(variable);
    naive_.begin_again(variable);
    return {};
  }
  std::string access(int thread, int variable, AccessKind kind) {
    static constexpr const char* kNames[] = {" reads ",   " writes ",  " looks at ",
                                             " updates ", " changes ", " ends "};
    log_ << thread << kNames[static_cast<int>(kind)] << variable << "\n";
    const RaceKind found = world_.access(thread, variable, kind);
    const RaceKind expected = naive_.access(thread, variable, kind);
    races_ += expected != RaceKind::none ? 1 : 0;
    if (found == expected) return {};
    log_ << "engine " << static_cast<int>(found) << ", oracle " << static_cast<int>(expected);
    return log_.str();
  }

  std::mt19937 random_;
  World world_;
  NaiveRaces naive_;
  std::map<int, State> state_;
  std::ostringstream log_;
  int races_ = 0;
};

TEST(RaceEngineOracleTest, AgreesOnThousandsOfSchedules) {
  constexpr unsigned kSchedules = 4000;
  constexpr int kEvents = 60;
  int races = 0;
  for (unsigned seed = 1; seed <= kSchedules; ++seed) {
    Schedule schedule(seed);
    ASSERT_EQ(schedule.run(kEvents), "") << "seed " << seed;
    races += schedule.races();
  }
  EXPECT_GT(races, 1000);
}

}  // namespace
}  // namespace lockweave::detectors
