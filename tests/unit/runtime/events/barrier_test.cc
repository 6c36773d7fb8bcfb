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
  // The calling thread is the last of the round, and leaves it.
  void complete() {
    const frontends::Operation operation(LW_OP_WAIT, &barrier_, LW_BARRIER);
    EXPECT_EQ(arrive(), 1);
    lw_block_end();
  }
  std::uint32_t waiters() { return core::waiters_of(object()); }
  std::uint32_t wakes() { return core::wakes_on_way(object()); }

  int barrier_ = 0;
};

// Has arrived once it is made, and does not sleep before it is let.
class Other {
 public:
  explicit Other(const int& barrier) {
    thread_ = std::jthread([this, &barrier] {
      const frontends::Operation operation(LW_OP_WAIT, &barrier, LW_BARRIER);
      answer_ = lw_barrier_arrive(&barrier, __builtin_return_address(0));
      answer_.notify_one();
      may_sleep_.wait(false);
      lw_block_check();
      lw_block_end();
    });
    answer_.wait(kNone);
    EXPECT_EQ(answer_, 0);
  }
  void let_sleep() {
    may_sleep_ = true;
    may_sleep_.notify_one();
    thread_.join();
  }

 private:
  static constexpr int kNone = -1;
  std::atomic<int> answer_{kNone};
  std::atomic<bool> may_sleep_{false};
  std::jthread thread_;
};

TEST_F(Round, WakesWhoHasArrivedAndDoesNotSleepYet) {
  Other other(barrier_);
  EXPECT_EQ(waiters(), 1u);
  EXPECT_EQ(wakes(), 0u);
  complete();
  EXPECT_EQ(waiters(), 1u);
  EXPECT_EQ(wakes(), 1u);
  other.let_sleep();
  EXPECT_EQ(waiters(), 0u);
  EXPECT_EQ(wakes(), 0u);
}

TEST_F(Round, LeavesThoseOfTheLastRoundTheirWakes) {
  Other slow(barrier_);
  complete();
  Other quick(barrier_);
  complete();
  EXPECT_EQ(waiters(), 2u);
  EXPECT_EQ(wakes(), 2u);
  slow.let_sleep();
  quick.let_sleep();
  EXPECT_EQ(waiters(), 0u);
  EXPECT_EQ(wakes(), 0u);
}

}  // namespace
}  // namespace lockweave
