// tests/unit/runtime/types/events_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which hooks each operation calls, in which order. fake_hooks.cc is the runtime.
#include <functional>
#include <optional>
#include <utility>

#include "fake_hooks.h"
#include "libraries.h"

namespace {

using fake::Event;

class Events : public testing::Test {
 protected:
  void SetUp() override { fake::clear(); }
};

// The calls of this thread while `body` ran.
std::string calls_of(const std::function<void()>& body) {
  fake::clear();
  body();
  return fake::mine();
}

// Runs `wait` in another thread, and `release` here once it has told that it blocks on `object`.
// Returns the block_begin; the calls of the waiting thread are in `calls`.
Event blocked_on(const void* object, const std::function<void()>& wait,
                 const std::function<void()>& release, std::string& calls) {
  fake::clear();
  std::thread waiter([&] {
    wait();
    calls = fake::mine();
  });
  fake::await("block_begin", object);
  release();
  waiter.join();
  return fake::only("block_begin", object);
}

constexpr auto kBlockedAcquire = "enter block_begin block_end acquired leave";

}  // namespace

TEST_F(Events, MutexUncontended) {
  lockweave::mutex m;
  EXPECT_EQ(calls_of([&] { m.lock(); }), "enter acquired leave");
  const Event taken = fake::only("acquired", &m);
  EXPECT_EQ(taken.kind, LW_MUTEX);
  EXPECT_EQ(taken.flags, LW_EXCLUSIVE);
  EXPECT_EQ(calls_of([&] { m.unlock(); }), "enter release leave");
  EXPECT_EQ(fake::only("release", &m).kind, LW_MUTEX);
}

TEST_F(Events, MutexTry) {
  lockweave::mutex m;
  EXPECT_EQ(calls_of([&] { EXPECT_TRUE(m.try_lock()); }), "enter acquired leave");
  EXPECT_EQ(fake::only("acquired", &m).flags, LW_TRY);
  run_elsewhere([&] { EXPECT_EQ(calls_of([&] { EXPECT_FALSE(m.try_lock()); }), "enter leave"); });
  m.unlock();
}

TEST_F(Events, MutexContendedTellsBeforeItSleeps) {
  lockweave::mutex m;
  m.lock();
  std::string calls;
  const Event block = blocked_on(
      &m,
      [&] {
        m.lock();
        EXPECT_EQ(fake::mine(), kBlockedAcquire);
        m.unlock();
      },
      [&] {
        EXPECT_TRUE(fake::of(&m).back().call == "block_begin");
        m.unlock();
      },
      calls);
  EXPECT_EQ(block.flags, LW_EXCLUSIVE);
  EXPECT_EQ(block.with, nullptr);
  EXPECT_EQ(block.owner, &m.native_handle()->__data.__owner);
}

TEST_F(Events, TimedMutex) {
  lockweave::timed_mutex m;
  EXPECT_EQ(calls_of([&] { EXPECT_TRUE(m.try_lock_for(kForever)); }), "enter acquired leave");
  EXPECT_EQ(fake::only("acquired", &m).flags, LW_TIMED);
  run_elsewhere([&] {
    EXPECT_EQ(calls_of([&] { EXPECT_FALSE(m.try_lock_for(kMoment)); }),
              "enter block_begin block_end leave");
    EXPECT_EQ(fake::only("block_begin", &m).flags, LW_TIMED);
  });
  m.unlock();
}

TEST_F(Events, RecursiveMutexTellsEachLevel) {
  lockweave::recursive_mutex m;
  EXPECT_EQ(calls_of([&] {
              m.lock();
              m.lock();
              m.unlock();
              m.unlock();
            }),
            "enter acquired leave enter acquired leave enter release leave enter release leave");
  EXPECT_EQ(fake::of(&m).front().kind, LW_RECURSIVE_MUTEX);
}

TEST_F(Events, SharedMutexTellsItsMode) {
  lockweave::shared_mutex m;
  EXPECT_EQ(calls_of([&] { m.lock_shared(); }), "enter acquired leave");
  EXPECT_EQ(fake::only("acquired", &m).flags, LW_SHARED);
  EXPECT_EQ(fake::only("acquired", &m).kind, LW_RWLOCK);
  std::string calls;
  const Event block = blocked_on(
      &m,
      [&] {
        m.lock();
        EXPECT_EQ(fake::mine(), kBlockedAcquire);
        m.unlock();
      },
      [&] { m.unlock_shared(); }, calls);
  EXPECT_EQ(block.flags, LW_EXCLUSIVE);
  EXPECT_EQ(block.owner, nullptr);
  EXPECT_EQ(calls_of([&] { EXPECT_TRUE(m.try_lock_shared()); }), "enter acquired leave");
  EXPECT_EQ(fake::only("acquired", &m).flags, LW_SHARED | LW_TRY);
  m.unlock_shared();
}

TEST_F(Events, SharedTimedMutex) {
  lockweave::shared_timed_mutex m;
  m.lock();
  run_elsewhere([&] {
    calls_of([&] { EXPECT_FALSE(m.try_lock_shared_for(kMoment)); });
    EXPECT_EQ(fake::only("block_begin", &m).flags, LW_SHARED | LW_TIMED);
  });
  m.unlock();
}

TEST_F(Events, SpinMutex) {
  lockweave::spin_mutex m;
  EXPECT_EQ(calls_of([&] { m.lock(); }), "enter acquired leave");
  std::string calls;
  const Event block = blocked_on(
      &m,
      [&] {
        m.lock();
        m.unlock();
      },
      [&] { m.unlock(); }, calls);
  EXPECT_EQ(block.kind, LW_SPINLOCK);
  EXPECT_EQ(calls, std::string(kBlockedAcquire) + " enter release leave");
}

TEST_F(Events, UnlockOfWhatIsNotHeldIsToldByTheLocksOwnWord) {
  lockweave::mutex m;
  lockweave::shared_mutex shared;
  const auto variant = [](const void* lock) { return fake::only("release_not_held", lock).text; };
  fake::set_knows_holders(false);
  m.lock();
  EXPECT_EQ(calls_of([&] { m.unlock(); }), "enter release leave");  // taken, only not seen
  m.lock();
  shared.lock();
  run_elsewhere([&] {
    calls_of([&] { m.unlock(); });
    EXPECT_EQ(variant(&m), "other-thread");
    calls_of([&] { shared.unlock(); });
    EXPECT_EQ(variant(&shared), "other-thread");
  });
  lockweave::shared_mutex read;  // what another thread unlocked is of no use any more
  read.lock_shared();
  EXPECT_EQ(calls_of([&] { read.unlock_shared(); }), "enter release leave");
  lockweave::spin_mutex spin;
  calls_of([&] { spin.unlock(); });
  EXPECT_EQ(variant(&spin), "not-locked");
  fake::set_knows_holders(true);
}

TEST_F(Events, SharedMutexOfTheWriterItselfIsRefused) {
  lockweave::shared_mutex m;
  m.lock();
  calls_of([&] { EXPECT_THROW(m.lock_shared(), std::system_error); });
  EXPECT_EQ(fake::only("block_begin", &m).flags, LW_SHARED | LW_TIMED);
  m.unlock();
}

TEST_F(Events, LivesOfObjectsAreTold) {
  std::optional<lockweave::mutex> m;
  EXPECT_EQ(calls_of([&] { m.emplace(); }), "enter object_begin leave");
  EXPECT_EQ(calls_of([&] { m.reset(); }), "enter object_end leave");
  EXPECT_EQ(calls_of([&] { m.emplace("accounts"); }), "enter object_begin leave name");
  EXPECT_EQ(fake::only("name", &*m).text, "accounts");
}

TEST_F(Events, ConditionWaitNamesItsMutex) {
  lockweave::mutex m;
  lockweave::condition_variable condition;
  bool ready = false;
  std::string calls;
  const Event block = blocked_on(
      &condition,
      [&] {
        std::unique_lock lock(m);
        while (!ready) condition.wait(lock);
      },
      [&] {
        const std::lock_guard guard(m);
        ready = true;
        condition.notify_one();
      },
      calls);
  EXPECT_EQ(block.kind, LW_CONDITION_VARIABLE);
  EXPECT_EQ(block.flags, LW_EXCLUSIVE);
  EXPECT_EQ(block.with, &m);
  EXPECT_EQ(block.owner, &m.native_handle()->__data.__owner);
  EXPECT_EQ(calls, "enter acquired leave enter block_begin block_end leave enter release leave");
  EXPECT_EQ(fake::only("notify", &condition).flags, 0);
}

TEST_F(Events, TimedConditionWait) {
  lockweave::mutex m;
  lockweave::condition_variable condition;
  std::unique_lock lock(m);
  EXPECT_EQ(calls_of([&] { condition.wait_for(lock, kMoment); }),
            "enter block_begin block_end_unwoken leave");
  EXPECT_EQ(fake::only("block_begin", &condition).flags, LW_TIMED);
}

TEST_F(Events, ConditionVariableAnyReleasesInTheOpen) {
  lockweave::mutex m;
  lockweave::condition_variable_any condition;
  std::unique_lock lock(m);
  calls_of([&] { condition.wait_for(lock, kMoment); });
  std::string told;
  for (const Event& event : fake::all()) {
    if (event.object != nullptr) told += event.call + " ";
  }
  EXPECT_EQ(told, "release block_begin acquired ");
  EXPECT_EQ(fake::only("block_begin", &condition).with, nullptr);
}

TEST_F(Events, Semaphore) {
  lockweave::counting_semaphore<3> s(1);
  EXPECT_EQ(fake::only("semaphore_begin", &s).flags, 1);
  EXPECT_EQ(calls_of([&] { s.acquire(); }), "enter permit_taken leave");
  EXPECT_EQ(calls_of([&] { EXPECT_FALSE(s.try_acquire()); }), "enter leave");
  std::string calls;
  const Event block = blocked_on(
      &s, [&] { s.acquire(); }, [&] { s.release(2); }, calls);
  EXPECT_EQ(block.kind, LW_SEMAPHORE);
  EXPECT_EQ(calls, "enter block_begin block_end permit_taken leave");
  EXPECT_EQ(fake::mine(), "enter permit_given notify permit_given notify leave");
  EXPECT_EQ(calls_of([&] { EXPECT_TRUE(s.try_acquire()); }), "enter permit_taken leave");
  EXPECT_EQ(fake::only("permit_taken", &s).flags, LW_TRY);
  EXPECT_EQ(calls_of([&] { EXPECT_FALSE(s.try_acquire_for(kMoment)); }),
            "enter block_begin block_end leave");
}

namespace {
constinit lockweave::binary_semaphore global_semaphore{1};
}

TEST_F(Events, GlobalSemaphoreTellsItsPermitsWhenFirstUsed) {
  static bool was_used = false;
  if (std::exchange(was_used, true)) GTEST_SKIP() << "happens once in a process";
  EXPECT_EQ(calls_of([] { global_semaphore.acquire(); }),
            "enter semaphore_begin permit_taken leave");
  EXPECT_EQ(fake::only("semaphore_begin", &global_semaphore).flags, 1);
  EXPECT_EQ(calls_of([] { global_semaphore.release(); }), "enter permit_given notify leave");
}

TEST_F(Events, OverReleaseIsMisuse) {
  lockweave::bounded_semaphore bounded(1);
  EXPECT_EQ(calls_of([&] { EXPECT_THROW(bounded.release(), std::logic_error); }),
            "enter misuse leave");
  EXPECT_EQ(fake::only("misuse", &bounded).text, "semaphore-imbalance/over-release");
  lockweave::binary_semaphore binary(1);
  EXPECT_EQ(calls_of([&] { binary.release(); }), "enter misuse permit_given notify leave");
}

TEST_F(Events, Latch) {
  lockweave::latch latch(2);
  EXPECT_EQ(calls_of([&] { latch.count_down(); }), "enter order_release leave");
  EXPECT_EQ(calls_of([&] { EXPECT_FALSE(latch.try_wait()); }), "enter leave");
  std::string calls;
  const Event block = blocked_on(
      &latch, [&] { latch.wait(); }, [&] { latch.count_down(); }, calls);
  EXPECT_EQ(block.kind, LW_LATCH);
  EXPECT_EQ(calls, "enter block_begin block_end order_acquire leave");
  EXPECT_EQ(fake::only("notify", &latch).flags, 1);
  EXPECT_EQ(calls_of([&] { latch.wait(); }), "enter order_acquire leave");
  EXPECT_EQ(fake::only("order_acquire", &latch).call, "order_acquire");
  EXPECT_EQ(calls_of([&] { EXPECT_TRUE(latch.try_wait()); }), "enter order_acquire leave");
  lockweave::latch alone(1);
  EXPECT_EQ(calls_of([&] { alone.arrive_and_wait(); }), "enter notify order_acquire leave");
}

TEST_F(Events, BarrierRunsItsCompletionInTheOpen) {
  lockweave::mutex m;
  const auto completion = [&m]() noexcept { const std::lock_guard guard(m); };
  lockweave::barrier<decltype(completion)> barrier(2, completion);
  std::string calls;
  const Event block = blocked_on(
      &barrier, [&] { barrier.arrive_and_wait(); }, [&] { barrier.arrive_and_wait(); }, calls);
  EXPECT_EQ(block.kind, LW_BARRIER);
  EXPECT_EQ(fake::of(&m).size(), 2U);
  EXPECT_EQ(fake::only("notify", &barrier).flags, 1);
}

// Arrivals are handed over at a place of their own: an early one for the next phase is no part of this.
TEST_F(Events, BarrierOrdersPhaseByPhase) {
  const void* arrivals = nullptr;
  const auto completion = [&]() noexcept {
    const std::vector<Event> events = fake::all();
    ASSERT_GE(events.size(), 2U);
    EXPECT_EQ(events[events.size() - 2].call, "order_acquire");  // before the completion, from all
    arrivals = events[events.size() - 2].object;
  };
  lockweave::barrier<decltype(completion)> barrier(2, completion);
  EXPECT_EQ(calls_of([&] { static_cast<void>(barrier.arrive()); }), "enter order_release leave");
  const void* first_arrival = fake::all().at(1).object;
  EXPECT_EQ(calls_of([&] { barrier.arrive_and_wait(); }),
            "enter order_release order_acquire leave enter notify leave enter order_acquire leave");
  EXPECT_EQ(first_arrival, arrivals);
  EXPECT_NE(first_arrival, &barrier);
  EXPECT_EQ(fake::only("order_acquire", &barrier).call, "order_acquire");
}

TEST_F(Events, UnboundedQueueOrdersGetsAfterPuts) {
  lockweave::queue<int> jobs;
  EXPECT_EQ(calls_of([&] { jobs.put(1); }), "enter notify_some leave");
  EXPECT_EQ(calls_of([&] { jobs.get(); }), "enter order_acquire value_got leave");
  EXPECT_EQ(calls_of([&] { jobs.try_get(); }), "enter leave");
  jobs.close();
  EXPECT_EQ(calls_of([&] { jobs.get(); }), "enter order_acquire leave");
}

TEST_F(Events, Queue) {
  lockweave::joinable_queue<int> jobs(1);
  EXPECT_EQ(calls_of([&] { jobs.put(1); }), "enter order_acquire notify_some leave");
  EXPECT_EQ(fake::only("notify_some", &jobs).flags, 0);  // nobody waits for a value
  std::string calls;
  const Event put = blocked_on(
      &jobs, [&] { jobs.put(2); }, [&] { jobs.get(); }, calls);
  EXPECT_EQ(put.kind, LW_QUEUE);
  EXPECT_EQ(put.flags, LW_FOR_ROOM | LW_UNORDERED | LW_CANCELABLE);
  EXPECT_EQ(calls, "enter block_begin block_end order_acquire notify_some leave");
  EXPECT_EQ(calls_of([&] { EXPECT_FALSE(jobs.try_put(3)); }), "enter leave");
  EXPECT_EQ(calls_of([&] { jobs.task_done(); }), "enter order_release value_done queue_work leave");
  EXPECT_EQ(fake::only("queue_work", &jobs).flags, 1);
  const void* work = fake::all().at(1).object;
  EXPECT_NE(work, &jobs);  // consumers are not ordered after what others finished
  const Event join = blocked_on(
      &jobs, [&] { jobs.join(); }, [&] { jobs.task_done(); }, calls);
  EXPECT_EQ(join.flags, LW_FOR_WORK | LW_UNORDERED | LW_CANCELABLE);
  EXPECT_EQ(calls, "enter queue_work block_begin block_end order_acquire leave");
  EXPECT_EQ(fake::only("order_acquire", work).call, "order_acquire");
  EXPECT_EQ(calls_of([&] { EXPECT_THROW(jobs.task_done(), std::logic_error); }),
            "enter misuse leave");
  EXPECT_EQ(fake::only("misuse", &jobs).text, "queue-imbalance/task-done-too-often");
  EXPECT_EQ(calls_of([&] { jobs.close(); }), "enter notify_some leave");
  EXPECT_EQ(fake::only("notify_some", &jobs).flags, 0);
}

TEST_F(Events, FutureBlocksUntilThePromiseIsKept) {
  lockweave::promise<int> promise;
  auto future = promise.get_future();
  std::thread waiter([&] { EXPECT_EQ(future.get(), 5); });
  const void* state = nullptr;
  while (state == nullptr) {  // its address is the state's own business
    for (const Event& event : fake::all()) {
      if (event.call == "block_begin") state = event.object;
    }
  }
  promise.set_value(5);
  waiter.join();
  EXPECT_EQ(fake::only("block_begin", state).kind, LW_FUTURE);
  EXPECT_EQ(fake::only("notify", state).flags, 1);
}

TEST_F(Events, ReadyFutureIsTakenOver) {
  lockweave::promise<int> promise;
  const auto future = promise.get_future().share();
  EXPECT_EQ(calls_of([&] { future.wait_for(kMoment); }), "enter block_begin block_end leave");
  promise.set_value(5);
  EXPECT_EQ(calls_of([&] { EXPECT_EQ(future.get(), 5); }), "enter order_acquire leave");
  const void* state = fake::all().at(1).object;
  EXPECT_EQ(calls_of([&] { future.wait_for(kMoment); }), "enter order_acquire leave");
  EXPECT_EQ(fake::only("order_acquire", state).call, "order_acquire");
}

TEST_F(Events, DeferredCallRunsInTheOpen) {
  lockweave::mutex m;
  auto future = lockweave::async(std::launch::deferred, [&] { const std::lock_guard guard(m); });
  calls_of([&] { future.get(); });
  EXPECT_EQ(fake::of(&m).size(), 2U);
}

TEST_F(Events, UnseenOperationsStillWork) {
  fake::set_up(false);
  lockweave::timed_mutex m;
  EXPECT_EQ(calls_of([&] {
              m.lock();
              run_elsewhere([&] { EXPECT_FALSE(m.try_lock_for(kMoment)); });
              m.unlock();
              EXPECT_TRUE(m.try_lock_for(kForever));
              m.unlock();
              LOCKWEAVE_ACQUIRED(&m);
              const lockweave::want want(m);
            }),
            "");
  fake::set_up(true);
}

TEST_F(Events, Annotations) {
  int object = 0;
  int inner = 0;
  EXPECT_EQ(calls_of([&] {
              lockweave::created(object);
              lockweave::name(object, "mine");
              lockweave::order(object, inner);
              { const lockweave::want want(object); }
              lockweave::acquired(object);
            }),
            "enter object_begin leave name declare_order "
            "enter block_begin block_end leave enter acquired leave");
  EXPECT_EQ(fake::only("acquired", &object).kind, LW_CUSTOM);
  EXPECT_EQ(fake::only("declare_order", &object).with, &inner);
  EXPECT_EQ(calls_of([&] {
              lockweave::assert_held(object);
              lockweave::released(object);
              lockweave::acquired_shared(object);
              lockweave::released(object);
              lockweave::try_acquired(object);
              lockweave::forget(object);
              lockweave::destroyed(object);
            }),
            "assert_held enter release leave enter acquired leave enter release leave "
            "enter acquired leave forget enter object_end leave");
}
