// lockweave/detail/deadline.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// std::chrono times as what pthread's timed calls take. Private.
// steady_clock waits on CLOCK_MONOTONIC and system_clock on CLOCK_REALTIME, so that each follows
// its own clock when the time of day is set; any other clock is waited for in steps by its reading.
// Limit: before glibc 2.31, and on musl, all waits are on CLOCK_REALTIME.
#pragma once

#include <pthread.h>
#include <time.h>

#include <chrono>
#include <ratio>
#include <type_traits>

#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 31)
#define LOCKWEAVE_DETAIL_CLOCK_CALLS 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define LOCKWEAVE_DETAIL_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOCKWEAVE_DETAIL_UNDER_TSAN 1
#endif
#endif

namespace lockweave::detail {

struct deadline {
  clockid_t clock;
  timespec at;
};

template <class Rep, class Period>
deadline deadline_at(clockid_t clock, const std::chrono::duration<Rep, Period>& since_epoch) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  if (since_epoch <= since_epoch.zero()) return {clock, timespec{0, 0}};
  const auto whole = std::chrono::floor<seconds>(since_epoch);
  const auto rest = std::chrono::ceil<nanoseconds>(since_epoch - whole);
  timespec at{};
  at.tv_sec = static_cast<time_t>(whole.count());
  at.tv_nsec = static_cast<long>(rest.count());
  if (at.tv_nsec >= 1'000'000'000L) {  // rounded up to a full second
    at.tv_sec += 1;
    at.tv_nsec -= 1'000'000'000L;
  }
  return {clock, at};
}

// `from_now` beyond a century counts as a century, so that duration::max() cannot overflow.
template <class Rep, class Period>
std::chrono::steady_clock::time_point steady_after(
    const std::chrono::duration<Rep, Period>& from_now) {
  using century = std::chrono::duration<double, std::ratio<3'155'760'000>>;
  using std::chrono::steady_clock;
  if (century(from_now) > century(1)) {
    return steady_clock::now() + std::chrono::hours(24 * 365 * 100);
  }
  return steady_clock::now() + std::chrono::ceil<steady_clock::duration>(from_now);
}

// attempt(deadline) waits until the deadline at most and tells whether it got what it wanted.
template <class Clock, class Duration, class Attempt>
bool attempt_until(const std::chrono::time_point<Clock, Duration>& at, Attempt attempt) {
  if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>) {
    return attempt(deadline_at(CLOCK_MONOTONIC, at.time_since_epoch()));
  } else if constexpr (std::is_same_v<Clock, std::chrono::system_clock>) {
    return attempt(deadline_at(CLOCK_REALTIME, at.time_since_epoch()));
  } else {
    for (;;) {
      const auto step = steady_after(at - Clock::now());
      if (attempt(deadline_at(CLOCK_MONOTONIC, step.time_since_epoch()))) return true;
      if (Clock::now() >= at) return false;
    }
  }
}

#if defined(LOCKWEAVE_DETAIL_CLOCK_CALLS)
inline int lock_until(pthread_mutex_t* mutex, const deadline& until) {
  return pthread_mutex_clocklock(mutex, until.clock, &until.at);
}
inline int write_lock_until(pthread_rwlock_t* lock, const deadline& until) {
  return pthread_rwlock_clockwrlock(lock, until.clock, &until.at);
}
inline int read_lock_until(pthread_rwlock_t* lock, const deadline& until) {
  return pthread_rwlock_clockrdlock(lock, until.clock, &until.at);
}
inline int wait_until(pthread_cond_t* cond, pthread_mutex_t* mutex, const deadline& until) {
  return pthread_cond_clockwait(cond, mutex, until.clock, &until.at);
}
#endif

inline timespec realtime(const deadline& until) {
  if (until.clock == CLOCK_REALTIME) return until.at;
  using std::chrono::nanoseconds;
  const auto wanted = std::chrono::seconds(until.at.tv_sec) + nanoseconds(until.at.tv_nsec);
  const auto left = wanted - std::chrono::steady_clock::now().time_since_epoch();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return deadline_at(CLOCK_REALTIME, nanoseconds(now) + left).at;
}

#if !defined(LOCKWEAVE_DETAIL_CLOCK_CALLS)
inline int lock_until(pthread_mutex_t* mutex, const deadline& until) {
  const timespec at = realtime(until);
  return pthread_mutex_timedlock(mutex, &at);
}
inline int write_lock_until(pthread_rwlock_t* lock, const deadline& until) {
  const timespec at = realtime(until);
  return pthread_rwlock_timedwrlock(lock, &at);
}
inline int read_lock_until(pthread_rwlock_t* lock, const deadline& until) {
  const timespec at = realtime(until);
  return pthread_rwlock_timedrdlock(lock, &at);
}
inline int wait_until(pthread_cond_t* cond, pthread_mutex_t* mutex, const deadline& until) {
  const timespec at = realtime(until);
  return pthread_cond_timedwait(cond, mutex, &at);
}
#endif

// ThreadSanitizer knows no pthread_clockjoin_np, and ends the program when the thread's id comes back.
inline int join_until(pthread_t thread, const deadline& until) {
#if defined(LOCKWEAVE_DETAIL_CLOCK_CALLS) && !defined(LOCKWEAVE_DETAIL_UNDER_TSAN)
  return pthread_clockjoin_np(thread, nullptr, until.clock, &until.at);
#else
  const timespec at = realtime(until);
  return pthread_timedjoin_np(thread, nullptr, &at);
#endif
}

}  // namespace lockweave::detail
