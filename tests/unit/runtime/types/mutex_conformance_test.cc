// tests/unit/runtime/types/mutex_conformance_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <array>
#include <chrono>

#include "libraries.h"

template <class Mutex>
class MutexConformance : public testing::Test {};
using Mutexes =
    testing::Types<Std::mutex, Std::timed_mutex, Std::recursive_mutex, Std::recursive_timed_mutex,
                   Std::shared_mutex, Std::shared_timed_mutex, Lockweave::mutex,
                   Lockweave::timed_mutex, Lockweave::recursive_mutex,
                   Lockweave::recursive_timed_mutex, Lockweave::shared_mutex,
                   Lockweave::shared_timed_mutex, lockweave::spin_mutex>;
TYPED_TEST_SUITE(MutexConformance, Mutexes);

TYPED_TEST(MutexConformance, ExcludesOtherThreadsWhileHeld) {
  TypeParam mutex;
  mutex.lock();
  EXPECT_FALSE(elsewhere([&] { return mutex.try_lock(); }));
  mutex.unlock();
  EXPECT_TRUE(elsewhere([&] {
    const bool taken = mutex.try_lock();
    if (taken) mutex.unlock();
    return taken;
  }));
}

TYPED_TEST(MutexConformance, CriticalSectionsDoNotOverlap) {
  TypeParam mutex;
  int count = 0;
  const std::function<void()> work = [&] {
    for (int i = 0; i < 20'000; ++i) {
      const std::lock_guard guard(mutex);
      ++count;
    }
  };
  {
    std::jthread first(work);
    std::jthread second(work);
    std::jthread third(work);
  }
  EXPECT_EQ(count, 60'000);
}

TYPED_TEST(MutexConformance, WorksWithStdGuards) {
  TypeParam a;
  TypeParam b;
  {
    const std::scoped_lock both(a, b);
    EXPECT_FALSE(elsewhere([&] { return std::try_lock(a, b) == -1; }));
  }
  std::unique_lock lock_a(a, std::defer_lock);
  std::unique_lock lock_b(b, std::defer_lock);
  std::lock(lock_a, lock_b);
  EXPECT_TRUE(lock_a.owns_lock() && lock_b.owns_lock());
  lock_a.unlock();
  const std::unique_lock again(a, std::try_to_lock);
  EXPECT_TRUE(again.owns_lock());
}

TYPED_TEST(MutexConformance, ContendedLockIsHandedOver) {
  TypeParam mutex;
  bool done = false;
  mutex.lock();
  std::thread other(std::function<void()>([&] {
    const std::lock_guard guard(mutex);
    EXPECT_TRUE(done);
  }));
  done = true;
  mutex.unlock();
  other.join();
}

template <class Mutex>
class TimedMutexConformance : public testing::Test {};
using TimedMutexes =
    testing::Types<Std::timed_mutex, Std::recursive_timed_mutex, Std::shared_timed_mutex,
                   Lockweave::timed_mutex, Lockweave::recursive_timed_mutex,
                   Lockweave::shared_timed_mutex>;
TYPED_TEST_SUITE(TimedMutexConformance, TimedMutexes);

TYPED_TEST(TimedMutexConformance, GivesUpWhenTheTimeIsOver) {
  TypeParam mutex;
  const std::lock_guard guard(mutex);
  run_elsewhere([&] {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(mutex.try_lock_for(kMoment));
    EXPECT_GE(std::chrono::steady_clock::now() - start, kMoment);
    EXPECT_FALSE(mutex.try_lock_for(-kMoment));
    EXPECT_FALSE(mutex.try_lock_until(std::chrono::steady_clock::now() + kMoment));
    EXPECT_FALSE(mutex.try_lock_until(std::chrono::system_clock::now() + kMoment));
    EXPECT_FALSE(mutex.try_lock_until(std::chrono::steady_clock::time_point()));
  });
}

TYPED_TEST(TimedMutexConformance, TakesWhatIsFreeWhateverTheTime) {
  TypeParam mutex;
  ASSERT_TRUE(mutex.try_lock_for(kForever));
  mutex.unlock();
  ASSERT_TRUE(mutex.try_lock_for(-kMoment));
  mutex.unlock();
  ASSERT_TRUE(mutex.try_lock_until(std::chrono::system_clock::now() + kForever));
  mutex.unlock();
}

TYPED_TEST(TimedMutexConformance, GetsWhatIsReleasedInTime) {
  TypeParam mutex;
  mutex.lock();
  std::promise<void> started;
  bool taken = false;
  std::thread other(std::function<void()>([&] {
    started.set_value();
    taken = mutex.try_lock_for(kForever);
    if (taken) mutex.unlock();
  }));
  started.get_future().wait();
  mutex.unlock();
  other.join();
  EXPECT_TRUE(taken);
}

template <class Mutex>
class RecursiveMutexConformance : public testing::Test {};
using RecursiveMutexes =
    testing::Types<Std::recursive_mutex, Std::recursive_timed_mutex, Lockweave::recursive_mutex,
                   Lockweave::recursive_timed_mutex>;
TYPED_TEST_SUITE(RecursiveMutexConformance, RecursiveMutexes);

TYPED_TEST(RecursiveMutexConformance, IsFreeAfterAsManyUnlocks) {
  TypeParam mutex;
  const auto taken_elsewhere = [&] {
    return elsewhere([&] {
      const bool taken = mutex.try_lock();
      if (taken) mutex.unlock();
      return taken;
    });
  };
  mutex.lock();
  mutex.lock();
  EXPECT_TRUE(mutex.try_lock());
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(taken_elsewhere());
    mutex.unlock();
  }
  EXPECT_TRUE(taken_elsewhere());
}

template <class Mutex>
class SharedMutexConformance : public testing::Test {};
using SharedMutexes = testing::Types<Std::shared_mutex, Std::shared_timed_mutex,
                                     Lockweave::shared_mutex, Lockweave::shared_timed_mutex>;
TYPED_TEST_SUITE(SharedMutexConformance, SharedMutexes);

TYPED_TEST(SharedMutexConformance, ReadersShareAndExcludeWriters) {
  TypeParam mutex;
  const std::shared_lock reader(mutex);
  EXPECT_TRUE(elsewhere([&] {
    const std::shared_lock another(mutex, std::try_to_lock);
    return another.owns_lock();
  }));
  EXPECT_FALSE(elsewhere([&] { return mutex.try_lock(); }));
}

TYPED_TEST(SharedMutexConformance, WriterExcludesReaders) {
  TypeParam mutex;
  const std::unique_lock writer(mutex);
  EXPECT_FALSE(elsewhere([&] { return mutex.try_lock_shared(); }));
}

template <class Mutex>
class SharedTimedMutexConformance : public testing::Test {};
using SharedTimedMutexes = testing::Types<Std::shared_timed_mutex, Lockweave::shared_timed_mutex>;
TYPED_TEST_SUITE(SharedTimedMutexConformance, SharedTimedMutexes);

TYPED_TEST(SharedTimedMutexConformance, ReadersGiveUpWhenTheTimeIsOver) {
  TypeParam mutex;
  const std::unique_lock writer(mutex);
  run_elsewhere([&] {
    EXPECT_FALSE(mutex.try_lock_shared_for(kMoment));
    EXPECT_FALSE(mutex.try_lock_shared_until(std::chrono::system_clock::now() + kMoment));
    const std::shared_lock reader(mutex, kMoment);
    EXPECT_FALSE(reader.owns_lock());
  });
}

namespace {
// A clock of the user's own, an hour ahead of the steady one.
struct OddClock {
  using rep = long;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<OddClock>;
  [[maybe_unused]] static constexpr bool is_steady = true;
  static time_point now() {
    return time_point(std::chrono::ceil<duration>(
        std::chrono::steady_clock::now().time_since_epoch() + std::chrono::hours(1)));
  }
};
}  // namespace

TEST(Deadline, FollowsAnyClock) {
  lockweave::timed_mutex mutex;
  const std::lock_guard guard(mutex);
  run_elsewhere([&] {
    const auto at = OddClock::now() + kMoment;
    EXPECT_FALSE(mutex.try_lock_until(at));
    EXPECT_GE(OddClock::now(), at);
  });
}

// libstdc++ 12 claims the lock here when the machine is up for less than that: a time before the
// clock's zero is invalid to pthread.
TEST(Deadline, TimesBeforeTheClocksZeroAreOver) {
  lockweave::shared_timed_mutex mutex;
  const std::lock_guard guard(mutex);
  run_elsewhere([&] { EXPECT_FALSE(mutex.try_lock_for(std::chrono::hours(-1'000'000))); });
}

TEST(Deadline, MaximalDurationDoesNotOverflow) {
  EXPECT_GT(lockweave::detail::steady_after(std::chrono::hours::max()),
            std::chrono::steady_clock::now() + std::chrono::hours(24 * 365));
}

TEST(Deadline, RoundsUpAndCarries) {
  using lockweave::detail::deadline_at;
  const auto carried = deadline_at(CLOCK_MONOTONIC, std::chrono::duration<double>(1.9999999999));
  EXPECT_EQ(carried.at.tv_sec, 2);
  EXPECT_EQ(carried.at.tv_nsec, 0);
  EXPECT_EQ(deadline_at(CLOCK_MONOTONIC, std::chrono::seconds(-5)).at.tv_sec, 0);
}
