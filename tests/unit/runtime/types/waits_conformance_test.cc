// tests/unit/runtime/types/waits_conformance_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condition variables, semaphores, latches and barriers behave as std's.
#include <atomic>
#include <chrono>
#include <vector>

#include "libraries.h"

template <class Library>
class WaitsConformance : public testing::Test {};
TYPED_TEST_SUITE(WaitsConformance, Libraries);

namespace {

// A one-place mailbox: each side waits for the other, so lost wake-ups would hang the test.
template <class Mutex, class Condition>
int pass_through_mailbox(int values) {
  Mutex mutex;
  Condition changed;
  int place = 0;
  std::thread sender([&] {
    for (int value = 1; value <= values; ++value) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return place == 0; });
      place = value;
      changed.notify_all();
    }
  });
  int sum = 0;
  for (int i = 0; i < values; ++i) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return place != 0; });
    sum += std::exchange(place, 0);
    changed.notify_one();
  }
  sender.join();
  return sum;
}

}  // namespace

TYPED_TEST(WaitsConformance, ConditionVariablePassesValues) {
  using condition = typename TypeParam::condition_variable;
  EXPECT_EQ((pass_through_mailbox<typename TypeParam::mutex, condition>(1000)), 500'500);
}

TYPED_TEST(WaitsConformance, ConditionVariableAnyPassesValuesUnderAnyLock) {
  using any = typename TypeParam::condition_variable_any;
  EXPECT_EQ((pass_through_mailbox<typename TypeParam::mutex, any>(1000)), 500'500);
  EXPECT_EQ((pass_through_mailbox<typename TypeParam::shared_mutex, any>(1000)), 500'500);
  EXPECT_EQ((pass_through_mailbox<std::timed_mutex, any>(1000)), 500'500);
}

TEST(WaitsMixed, StdConditionVariableAnyWorksOnOurLocks) {
  EXPECT_EQ((pass_through_mailbox<lockweave::mutex, std::condition_variable_any>(1000)), 500'500);
  EXPECT_EQ((pass_through_mailbox<lockweave::spin_mutex, std::condition_variable_any>(100)), 5050);
}

TYPED_TEST(WaitsConformance, TimedConditionWaitsTimeOut) {
  typename TypeParam::mutex mutex;
  typename TypeParam::condition_variable condition;
  typename TypeParam::condition_variable_any any;
  std::unique_lock lock(mutex);
  const auto no = [] { return false; };
  EXPECT_FALSE(condition.wait_for(lock, kMoment, no));
  EXPECT_FALSE(condition.wait_until(lock, std::chrono::system_clock::now() + kMoment, no));
  EXPECT_FALSE(any.wait_for(lock, kMoment, no));
  EXPECT_FALSE(any.wait_until(lock, std::chrono::steady_clock::now() + kMoment, no));
  EXPECT_EQ(condition.wait_until(lock, std::chrono::steady_clock::time_point()),
            std::cv_status::timeout);
  EXPECT_EQ(any.wait_until(lock, std::chrono::system_clock::time_point()), std::cv_status::timeout);
  EXPECT_TRUE(lock.owns_lock());
  EXPECT_FALSE(elsewhere([&] { return mutex.try_lock(); }));
}

TYPED_TEST(WaitsConformance, PredicateThatHoldsNeedsNoNotification) {
  typename TypeParam::mutex mutex;
  typename TypeParam::condition_variable condition;
  typename TypeParam::condition_variable_any any;
  std::unique_lock lock(mutex);
  const auto yes = [] { return true; };
  condition.wait(lock, yes);
  any.wait(lock, yes);
  EXPECT_TRUE(condition.wait_for(lock, -kForever, yes));
  EXPECT_TRUE(any.wait_for(lock, -kForever, yes));
}

TYPED_TEST(WaitsConformance, StopRequestEndsAWait) {
  typename TypeParam::mutex mutex;
  typename TypeParam::condition_variable_any any;
  typename TypeParam::binary_semaphore waiting{0};
  bool result = true;
  {
    typename TypeParam::jthread waiter([&](std::stop_token token) {
      std::unique_lock lock(mutex);
      result = any.wait(lock, token, [&] {
        waiting.release();
        return false;
      });
      EXPECT_TRUE(lock.owns_lock());
      EXPECT_FALSE(any.wait_for(lock, token, kForever, [] { return false; }));
      EXPECT_TRUE(any.wait(lock, token, [] { return true; }));
    });
    waiting.acquire();
  }
  EXPECT_FALSE(result);
}

TYPED_TEST(WaitsConformance, StopRequestEndsATimedWait) {
  typename TypeParam::mutex mutex;
  typename TypeParam::condition_variable_any any;
  std::stop_source never;
  std::unique_lock lock(mutex);
  EXPECT_FALSE(any.wait_for(lock, never.get_token(), kMoment, [] { return false; }));
}

TYPED_TEST(WaitsConformance, ConditionVariableMayEndAfterNotifyBeforeWaitersReturn) {
  for (int round = 0; round < 200; ++round) {
    typename TypeParam::mutex mutex;
    auto condition = std::make_unique<typename TypeParam::condition_variable>();
    bool waits = false;
    bool ready = false;
    std::thread waiter([&] {
      std::unique_lock lock(mutex);
      waits = true;
      while (!ready) condition->wait(lock);
    });
    while (true) {
      const std::lock_guard guard(mutex);
      if (!waits) continue;
      ready = true;
      condition->notify_all();
      break;
    }
    condition.reset();
    waiter.join();
  }
}

TYPED_TEST(WaitsConformance, SemaphoreCountsPermits) {
  typename TypeParam::template counting_semaphore<5> semaphore(2);
  EXPECT_TRUE(semaphore.try_acquire());
  semaphore.acquire();
  EXPECT_FALSE(semaphore.try_acquire());
  EXPECT_FALSE(semaphore.try_acquire_for(kMoment));
  EXPECT_FALSE(semaphore.try_acquire_until(std::chrono::system_clock::now() + kMoment));
  semaphore.release(2);
  EXPECT_TRUE(semaphore.try_acquire_for(kMoment));
  EXPECT_TRUE(semaphore.try_acquire_until(std::chrono::steady_clock::now() + kForever));
  EXPECT_GE(semaphore.max(), 5);
}

TYPED_TEST(WaitsConformance, SemaphoreReleaseWakesAsManyAsItGives) {
  typename TypeParam::template counting_semaphore<8> semaphore(0);
  std::atomic<int> through{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        semaphore.acquire();
        ++through;
      });
    }
    semaphore.release(4);
  }
  EXPECT_EQ(through, 4);
  EXPECT_FALSE(semaphore.try_acquire());
}

TYPED_TEST(WaitsConformance, LatchOpensOnceForAll) {
  typename TypeParam::latch latch(3);
  EXPECT_FALSE(latch.try_wait());
  std::atomic<int> through{0};
  {
    const auto arrive = [&] {
      latch.arrive_and_wait();
      ++through;
    };
    const std::jthread first(arrive);
    const std::jthread second(arrive);
    EXPECT_EQ(through, 0);
    latch.count_down();
    latch.wait();
  }
  EXPECT_EQ(through, 2);
  EXPECT_TRUE(latch.try_wait());
  latch.count_down(0);
  latch.wait();
}

TYPED_TEST(WaitsConformance, BarrierCompletesEachPhaseOnce) {
  int phases = 0;
  auto count = [&phases]() noexcept { ++phases; };
  typename TypeParam::template barrier<decltype(count)> barrier(3, count);
  const auto work = [&] {
    for (int phase = 1; phase <= 100; ++phase) {
      barrier.arrive_and_wait();
      EXPECT_GE(phases, phase);  // nobody passes before the completion has run
      barrier.arrive_and_wait();
    }
  };
  {
    const std::jthread first(work);
    const std::jthread second(work);
    work();
  }
  EXPECT_EQ(phases, 200);
}

TYPED_TEST(WaitsConformance, BarrierArriveAndDropLowersLaterPhases) {
  int phases = 0;
  auto count = [&phases]() noexcept { ++phases; };
  typename TypeParam::template barrier<decltype(count)> barrier(2, count);
  auto token = barrier.arrive();
  barrier.arrive_and_drop();
  barrier.wait(std::move(token));
  EXPECT_EQ(phases, 1);
  barrier.arrive_and_wait();
  EXPECT_EQ(phases, 2);
}

TEST(BoundedSemaphore, RefusesWhatExceedsItsBound) {
  lockweave::bounded_semaphore semaphore(1);
  EXPECT_THROW(semaphore.release(), std::logic_error);
  semaphore.acquire();
  EXPECT_THROW(semaphore.release(2), std::logic_error);
  EXPECT_FALSE(semaphore.try_acquire());  // a refused release releases nothing
  semaphore.release();
  EXPECT_TRUE(semaphore.try_acquire());
  lockweave::bounded_semaphore roomy(1, 3);
  roomy.release(2);
  EXPECT_THROW(roomy.release(), std::logic_error);
}
