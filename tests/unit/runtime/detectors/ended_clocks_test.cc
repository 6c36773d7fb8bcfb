// tests/unit/runtime/detectors/ended_clocks_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ended threads knew: kept exactly for a while, then all together.
#include "runtime/detectors/ended_clocks.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

namespace lockweave::detectors {
namespace {

class NoLocks final : public Locksets {
 public:
  void for_each_common(const void*, const void*, Visitor, void*) override {}
};

class EndedClocksTest : public testing::Test {
 protected:
  using Place = EndedClocks::Place;

  void SetUp() override { ASSERT_TRUE(engine.begin_thread(main)); }
  ~EndedClocksTest() override {
    for (auto& place : places) ended.join(engine, main, *place);
    RaceEngine::forget(variable);
  }
  // A thread of main's that ends at once, after `act` with its clock.
  template <class Act>
  Place& run_thread(Act act) {
    auto* clock = core::arena.make<ThreadClock>();
    EXPECT_TRUE(engine.create(main, *clock));
    places.push_back(std::make_unique<Place>(clock));
    act(*clock);
    engine.end(*clock);
    ended.keep(*places.back());
    return *places.back();
  }
  Place& run_thread() {
    return run_thread([](ThreadClock&) {});
  }
  RaceKind write(ThreadClock& clock) {
    return engine.access(clock, variable, AccessKind::write, {}).kind;
  }

  NoLocks locks;
  RaceEngine engine{locks};
  EndedClocks ended;
  ThreadClock main;
  Variable variable;
  std::vector<std::unique_ptr<Place>> places;
};

TEST_F(EndedClocksTest, AJoinLearnsWhatTheThreadDidAndNothingElse) {
  Place& writer = run_thread([&](ThreadClock& clock) { write(clock); });
  ended.join(engine, main, run_thread());
  EXPECT_EQ(write(main), RaceKind::data_race);
  EXPECT_EQ(writer.load(), EndedClocks::clock_at(writer));
  ended.join(engine, main, writer);
  EXPECT_EQ(writer.load(), nullptr);
}

TEST_F(EndedClocksTest, ALateJoinOfOneOfManyStillOrders) {
  Place& writer = run_thread([&](ThreadClock& clock) { write(clock); });
  for (std::uint32_t i = 0; i < EndedClocks::kKeptMax; ++i) run_thread();
  EXPECT_EQ(ended.merged(), 1U);
  EXPECT_EQ(EndedClocks::clock_at(writer), nullptr);
  ended.join(engine, main, writer);
  EXPECT_EQ(write(main), RaceKind::none);
}

TEST_F(EndedClocksTest, MemoryStaysFlatHoweverManyEnd) {
  const auto run_many = [&] {
    for (std::uint32_t i = 0; i < 3 * EndedClocks::kKeptMax; ++i) {
      run_thread([&](ThreadClock& clock) { write(clock); });
    }
  };
  run_many();
  const std::size_t before = core::arena.bytes_mapped();
  for (int i = 0; i < 10; ++i) run_many();
  EXPECT_EQ(core::arena.bytes_mapped(), before);
}

TEST_F(EndedClocksTest, APlaceThatIsAnotherThreadsByNowIsLeftAlone) {
  Place& place = run_thread();
  ThreadClock other;
  place.store(&other);
  for (std::uint32_t i = 0; i < EndedClocks::kKeptMax; ++i) run_thread();
  EXPECT_EQ(place.load(), &other);
  place.store(nullptr);
}

TEST_F(EndedClocksTest, InTheChildOfAForkTheListBeginsAnew) {
  Place& of_the_parent = run_thread();
  ended.reset_after_fork();
  Place& of_the_child = run_thread();
  ended.join(engine, main, of_the_parent);
  ended.join(engine, main, of_the_child);
  EXPECT_EQ(of_the_child.load(), nullptr);
}

}  // namespace
}  // namespace lockweave::detectors
