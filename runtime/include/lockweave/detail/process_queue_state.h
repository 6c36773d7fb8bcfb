// lockweave/detail/process_queue_state.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of a process_queue that lies in shared memory, apart from the values. Private.
//
// Any process may be killed at any moment:
//   - The mutex is robust. Each change is one store to one counter, so what a dead owner leaves is
//     always consistent, and the next owner only has to wake everybody.
//   - Who waits sleeps on an event's number, by futex. A condition variable would not do: glibc's hangs
//     those who signal, once a waiter has been killed.
//   - Sleepers are woken before the change that they wait for, while the mutex is held: if the process
//     is killed after the change, they are already waiting for the mutex, and get it.
// The mutex is used in the open: the runtime sees a process-shared lock. A sleep is told as a wait for the
// queue, which another process can end.
#pragma once

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdint>

#include "lockweave/detail/deadline.h"
#include "lockweave/detail/operation.h"

namespace lockweave::detail {

// Something that is waited for. All members require that the queue's mutex is held.
class process_event {
 public:
  std::uint32_t number() const noexcept { return number_.load(std::memory_order_relaxed); }
  const std::atomic<std::uint32_t>* word() const noexcept { return &number_; }
  void sleeper_comes() noexcept { ++sleepers_; }
  void sleeper_goes() noexcept { --sleepers_; }

  void tell_all() noexcept {
    number_.fetch_add(1, std::memory_order_relaxed);
    if (sleepers_ != 0) ::syscall(SYS_futex, &number_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
  }

 private:
  std::atomic<std::uint32_t> number_{0};
  std::uint32_t sleepers_ = 0;  // at least: those that were killed stay counted
};

struct process_queue_state {
  static constexpr std::uint32_t kReady = 0x4c57'5131;  // LWQ1

  std::atomic<std::uint32_t> ready{0};  // kReady: all the rest is set up
  std::uint32_t value_size = 0;
  std::uint64_t capacity = 0;
  pthread_mutex_t mutex;

  // guarded by mutex; counted over the queue's whole life
  std::uint64_t puts = 0;
  std::uint64_t gets = 0;
  std::uint64_t dones = 0;
  std::uint32_t closed = 0;
  process_event news;      // puts or closed changed
  process_event room;      // gets or closed changed
  process_event finished;  // dones became puts

  process_queue_state(std::size_t size_of_value, std::size_t wanted_capacity)
      : value_size(static_cast<std::uint32_t>(size_of_value)), capacity(wanted_capacity) {
    pthread_mutexattr_t attributes;
    check(pthread_mutexattr_init(&attributes));
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    const int error = pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    check(error);
    ready.store(kReady, std::memory_order_release);
  }

  // All below require that the mutex is held.
  std::uint64_t size() const noexcept { return puts - gets; }
  bool has_room() const noexcept { return size() < capacity || closed != 0; }
  bool has_news() const noexcept { return size() != 0 || closed != 0; }
  bool is_finished() const noexcept { return dones == puts; }
  void tell_everybody() noexcept {
    news.tell_all();
    room.tell_all();
    finished.tell_all();
  }
};

// Holds the mutex, from its construction on; taken and given back right where this is inlined into.
class process_queue_lock {
 public:
  LOCKWEAVE_ALWAYS_INLINE explicit process_queue_lock(process_queue_state& state) : state_(state) {
    acquired(pthread_mutex_lock(&state.mutex));
  }
  LOCKWEAVE_ALWAYS_INLINE ~process_queue_lock() { pthread_mutex_unlock(&state_.mutex); }
  process_queue_lock(const process_queue_lock&) = delete;
  process_queue_lock& operator=(const process_queue_lock&) = delete;

  // Until ready(); false when the time is up before. `until` null: without limit. `purpose`: hooks.h,
  // LW_FOR_WORK, LW_FOR_ROOM.
  template <class Ready>
  LOCKWEAVE_ALWAYS_INLINE bool wait(process_event& event, const deadline* until, int purpose,
                                    Ready ready) {
    return at_call_site([&](const void* pc) {
      const int limit = until == nullptr ? 0 : LW_TIMED;
      return wait_told({&state_, LW_QUEUE, purpose | limit | LW_PROCESS_SHARED}, pc, event, until,
                       ready);
    });
  }

 private:
  template <class Ready>
  bool wait_told(const wait_target& as, const void* pc, process_event& event, const deadline* until,
                 Ready ready) {
    while (!ready()) {
      const std::uint32_t seen = event.number();
      event.sleeper_comes();
      pthread_mutex_unlock(&state_.mutex);
      const bool in_time = sleep_told(as, pc, event, seen, until);
      acquired(pthread_mutex_lock(&state_.mutex));
      event.sleeper_goes();
      if (!in_time) return ready();
    }
    return true;
  }
  bool sleep_told(const wait_target& as, const void* pc, const process_event& event,
                  std::uint32_t seen, const deadline* until) noexcept {
    const operation op(as.object);
    const blocked told(op, as, pc);
    return sleep(event, seen, until);
  }
  void acquired(int error) {
    if (error != EOWNERDEAD) return check(error);
    pthread_mutex_consistent(&state_.mutex);
    state_.tell_everybody();
  }
  static bool sleep(const process_event& event, std::uint32_t seen,
                    const deadline* until) noexcept {
    const bool on_realtime = until != nullptr && until->clock == CLOCK_REALTIME;
    const int operation = FUTEX_WAIT_BITSET | (on_realtime ? FUTEX_CLOCK_REALTIME : 0);
    const timespec* at = until == nullptr ? nullptr : &until->at;
    const long result =
        ::syscall(SYS_futex, event.word(), operation, seen, at, nullptr, FUTEX_BITSET_MATCH_ANY);
    return result == 0 || errno != ETIMEDOUT;
  }

  process_queue_state& state_;
};

}  // namespace lockweave::detail
