// tests/unit/runtime/types/timer_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "libraries.h"

namespace {

using lockweave::timer;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kAtOnce{0};

static_assert(!std::is_copy_constructible_v<timer> && !std::is_move_constructible_v<timer>);

}  // namespace

TEST(Timer, CallsItsFunctionOnce) {
  int calls = 0;
  timer soon(
      milliseconds(2), [&](int by) { calls += by; }, 3);
  EXPECT_FALSE(soon.is_alive());
  const auto before = timer::clock::now();
  soon.start();
  soon.join();
  EXPECT_EQ(calls, 3);
  EXPECT_GE(timer::clock::now() - before, soon.interval());
  EXPECT_FALSE(soon.is_alive());
}

TEST(Timer, KeepsMoveOnlyArgumentsForEachCall) {
  int sum = 0;
  timer soon(
      kAtOnce, [&](const std::unique_ptr<int>& value) { sum += *value; }, std::make_unique<int>(2));
  for (int i = 0; i < 3; ++i) {
    soon.start();
    soon.join();
  }
  EXPECT_EQ(sum, 6);
}

TEST(Timer, CancelledOneDoesNothingAndStartsAgain) {
  std::atomic<int> calls{0};
  timer late(kForever, [&] { ++calls; });
  EXPECT_FALSE(late.cancel());
  for (int i = 0; i < 3; ++i) {
    late.start();
    EXPECT_TRUE(late.is_alive());
    EXPECT_TRUE(late.cancel());
    EXPECT_FALSE(late.cancel());
    late.join();
  }
  EXPECT_EQ(calls, 0);
}

TEST(Timer, StartWhileWaitingIsAnErrorAndRestartIsNot) {
  timer late(kForever, [] {});
  late.start();
  EXPECT_THROW(late.start(), std::logic_error);
  late.restart();
  EXPECT_FALSE(late.join_for(kMoment));
}  // the destructor cancels

TEST(Timer, HugeAndNegativeIntervalsAreTaken) {
  timer never(std::chrono::hours::max(), [] {});
  never.start();
  EXPECT_TRUE(never.cancel());
  std::atomic<int> calls{0};
  timer past(seconds(-5), [&] { ++calls; });
  past.start();
  past.join();
  EXPECT_EQ(calls, 1);
}

TEST(Timer, RepeatsWhenItsFunctionStartsItAgain) {
  int calls = 0;
  timer* self = nullptr;
  timer repeating(milliseconds(1), [&] {
    if (++calls < 5) self->start();
  });
  self = &repeating;
  repeating.start();
  repeating.join();
  EXPECT_EQ(calls, 5);
}

TEST(Timer, CancelDoesNotStopAFunctionThatRuns) {
  lockweave::latch runs(1);
  lockweave::latch go_on(1);
  timer soon(kAtOnce, [&] {
    runs.count_down();
    go_on.wait();
  });
  soon.start();
  runs.wait();
  EXPECT_TRUE(soon.is_alive());
  EXPECT_FALSE(soon.cancel());
  EXPECT_FALSE(soon.join_for(kMoment));
  go_on.count_down();
  EXPECT_TRUE(soon.join_for(kForever));
}

TEST(Timer, DestructorWaitsForTheFunction) {
  lockweave::latch runs(1);
  std::atomic<bool> finished{false};
  {
    timer soon(kAtOnce, [&] {
      runs.count_down();
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      finished = true;
    });
    soon.start();
    runs.wait();
  }
  EXPECT_TRUE(finished);
}

TEST(Timer, ItsFunctionCannotJoinIt) {
  timer* self = nullptr;
  timer soon(kAtOnce, [&] {
    EXPECT_THROW(self->join(), std::system_error);
    EXPECT_THROW(self->join_for(kForever), std::system_error);
  });
  self = &soon;
  soon.start();
  soon.join();
}

TEST(Timer, ManyThreadsMayUseIt) {
  std::atomic<int> calls{0};
  timer busy(kAtOnce, [&] { ++calls; });
  {
    std::vector<std::jthread> users;
    for (int i = 0; i < 4; ++i) {
      users.emplace_back([&] {
        for (int j = 0; j < 200; ++j) {
          busy.restart();
          if (j % 3 == 0) busy.cancel();
          if (j % 7 == 0) busy.join();
        }
      });
    }
  }
  busy.restart();
  busy.join();
  EXPECT_GE(calls, 1);
}
