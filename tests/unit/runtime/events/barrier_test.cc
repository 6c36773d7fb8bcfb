// tests/unit/runtime/events/barrier_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A round of a barrier in the order that a scheduler may choose: who has arrived is to wait, and does not
// come to it before the round is full.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "runtime/core/events/detector.h"
#include "runtime/frontends/operation.h"

namespace lockweave {
namespace {

class Round : public testing::Test {
 protected:
  void SetUp() override { lw_barrier_begin(&barrier_, 2, 0, __builtin_return_address(0)); }
  void TearDown() override { lw_object_end(&barrier_, LW_BARRIER, __builtin_return_address(0)); }

  int arrive() { return lw_barrier_arrive(&barrier_, __builtin_return_address(0)); }
  const core::Object& object() {
    return *core::find_object(reinterpret_cast<std::uintptr_t>(&barrier_));
  }
  // Another thread has arrived when this returns, and does not sleep before `let_sleep`.
  void another_arrives() {
    other_ = std::jthread([this] {
      const frontends::Operation operation(LW_OP_WAIT, &barrier_, LW_BARRIER);
      answer_ = arrive();
      answer_.notify_one();
      may_sleep_.wait(false);
      lw_block_check();
      lw_block_end();
    });
    answer_.wait(kNone);
  }
  void let_sleep() {
    may_sleep_ = true;
    may_sleep_.notify_one();
    other_.join();
  }

  static constexpr int kNone = -1;
  int barrier_ = 0;
  std::atomic<int> answer_{kNone};
  std::atomic<bool> may_sleep_{false};
  std::jthread other_;
};

TEST_F(Round, WakesWhoHasArrivedAndDoesNotSleepYet) {
  another_arrives();
  EXPECT_EQ(answer_, 0);
  EXPECT_EQ(core::waiters_of(object()), 1u);
  EXPECT_EQ(core::wakes_on_way(object()), 0u);
  {
    const frontends::Operation operation(LW_OP_WAIT, &barrier_, LW_BARRIER);
    EXPECT_EQ(arrive(), 1);
  }
  EXPECT_EQ(core::waiters_of(object()), 1u);
  EXPECT_EQ(core::wakes_on_way(object()), 1u);
  let_sleep();
  EXPECT_EQ(core::waiters_of(object()), 0u);
  EXPECT_EQ(core::wakes_on_way(object()), 0u);
}

TEST_F(Round, IsFollowedByANewOne) {
  another_arrives();
  {
    const frontends::Operation operation(LW_OP_WAIT, &barrier_, LW_BARRIER);
    EXPECT_EQ(arrive(), 1);
    EXPECT_EQ(arrive(), 0);
    lw_block_abandoned();
    EXPECT_EQ(arrive(), 1);
  }
  let_sleep();
}

}  // namespace
}  // namespace lockweave
