// benchmarks/lock_types.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same locks from three libraries under one set of names, chosen when lock_bench.cc is compiled:
// LOCK_BENCH_LOCKWEAVE the drop-in types, LOCK_BENCH_ABSL Abseil's, else the standard's.
// kHas... says what the library has no counterpart of. OwnQueue is Lockweave's in all of them: without
// the runtime it is a queue like another.
#pragma once

#include <lockweave/queue.h>
#include <semaphore.h>

#include <deque>

#if defined(LOCK_BENCH_ABSL)
#include <absl/synchronization/mutex.h>
#elif defined(LOCK_BENCH_LOCKWEAVE)
#include <lockweave/lockweave.h>
#else
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#endif

namespace lock_bench {

#if defined(LOCK_BENCH_ABSL)

class Mutex {
 public:
  void lock() { mutex_.Lock(); }
  void unlock() { mutex_.Unlock(); }

 private:
  friend class Condition;
  absl::Mutex mutex_;
};
class SharedMutex {
 public:
  void lock() { mutex_.Lock(); }
  void unlock() { mutex_.Unlock(); }
  void lock_shared() { mutex_.ReaderLock(); }
  void unlock_shared() { mutex_.ReaderUnlock(); }

 private:
  absl::Mutex mutex_;
};
class Condition {
 public:
  void wait(Mutex& mutex) { condition_.Wait(&mutex.mutex_); }
  void notify_one() { condition_.Signal(); }

 private:
  absl::CondVar condition_;
};
using RecursiveMutex = Mutex;
inline constexpr bool kHasRecursive = false;
inline constexpr bool kHasSemaphore = false;

#else

#if defined(LOCK_BENCH_LOCKWEAVE)
namespace types = ::lockweave;
#else
namespace types = ::std;
#endif

using Mutex = types::mutex;
using SharedMutex = types::shared_mutex;
using RecursiveMutex = types::recursive_mutex;
class Condition {
 public:
  void wait(Mutex& mutex) {
    std::unique_lock<Mutex> lock(mutex, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  void notify_one() { condition_.notify_one(); }

 private:
  types::condition_variable condition_;
};
inline constexpr bool kHasRecursive = true;
inline constexpr bool kHasSemaphore = true;

#endif

#if defined(LOCK_BENCH_LOCKWEAVE)
class Semaphore {
 public:
  void post() { semaphore_.release(); }
  void wait() { semaphore_.acquire(); }

 private:
  ::lockweave::counting_semaphore<> semaphore_{0};
};
#else
class Semaphore {
 public:
  Semaphore() { sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { sem_destroy(&semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  void post() { sem_post(&semaphore_); }
  void wait() {
    while (sem_wait(&semaphore_) != 0) {
    }
  }

 private:
  sem_t semaphore_;
};
#endif

// As everybody writes it: one mutex, one condition.
class Queue {
 public:
  void put(long value) {
    mutex_.lock();
    values_.push_back(value);
    mutex_.unlock();
    filled_.notify_one();
  }
  long get() {
    mutex_.lock();
    while (values_.empty()) filled_.wait(mutex_);
    const long value = values_.front();
    values_.pop_front();
    mutex_.unlock();
    return value;
  }

 private:
  Mutex mutex_;
  Condition filled_;
  std::deque<long> values_;
};

class OwnQueue {
 public:
  void put(long value) { queue_.put(value); }
  long get() { return *queue_.get(); }

 private:
  ::lockweave::queue<long> queue_;
};

// What the library is to do before anything is measured.
inline void set_up([[maybe_unused]] bool detect_deadlocks) {
#if defined(LOCK_BENCH_ABSL)
  absl::SetMutexDeadlockDetectionMode(detect_deadlocks ? absl::OnDeadlockCycle::kReport
                                                       : absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace lock_bench
