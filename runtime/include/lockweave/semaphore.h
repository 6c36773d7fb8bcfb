// lockweave/semaphore.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// counting_semaphore<>, binary_semaphore: std's types. bounded_semaphore: one that refuses to hold
// more permits than it began with (or than its bound), as Python's BoundedSemaphore.
//
// release() beyond the bound is reported as semaphore-imbalance / over-release and
//   bounded_semaphore     throws std::logic_error, nothing is released;
//   counting_semaphore<N> is undefined in std: here the permits are added all the same.
//
// Differences from std: a constructor with a name, see mutex.h; available from C++17.
// Cost: a mutex and a condition variable inside; a system call only to sleep and to wake.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <stdexcept>

#include "lockweave/detail/semaphore_base.h"

namespace lockweave {

template <std::ptrdiff_t kLeastMax = std::numeric_limits<std::ptrdiff_t>::max()>
class counting_semaphore : public detail::semaphore_base {
  static_assert(kLeastMax >= 0, "a semaphore's bound is not negative");

 public:
  static constexpr std::ptrdiff_t max() noexcept { return kLeastMax; }

  LOCKWEAVE_ALWAYS_INLINE constexpr explicit counting_semaphore(std::ptrdiff_t desired) noexcept
      : semaphore_base(desired) {}
  LOCKWEAVE_ALWAYS_INLINE counting_semaphore(std::ptrdiff_t desired, const char* name) noexcept
      : semaphore_base(desired, name) {}

  LOCKWEAVE_ALWAYS_INLINE void release(std::ptrdiff_t update = 1) {
    detail::at_call_site([this, update](const void* pc) { give({update, kLeastMax, false}, pc); });
  }
};

using binary_semaphore = counting_semaphore<1>;

class bounded_semaphore : public detail::semaphore_base {
 public:
  LOCKWEAVE_ALWAYS_INLINE constexpr explicit bounded_semaphore(std::ptrdiff_t desired) noexcept
      : semaphore_base(desired), bound_(desired) {}
  // Requires: 0 <= desired <= bound
  LOCKWEAVE_ALWAYS_INLINE constexpr bounded_semaphore(std::ptrdiff_t desired,
                                                      std::ptrdiff_t bound) noexcept
      : semaphore_base(desired), bound_(bound) {}
  LOCKWEAVE_ALWAYS_INLINE bounded_semaphore(std::ptrdiff_t desired, const char* name) noexcept
      : semaphore_base(desired, name), bound_(desired) {}

  constexpr std::ptrdiff_t max() const noexcept { return bound_; }

  // Errors: std::logic_error when the semaphore would hold more than max() permits.
  LOCKWEAVE_ALWAYS_INLINE void release(std::ptrdiff_t update = 1) {
    const bool given = detail::at_call_site([this, update](const void* pc) {
      return give({update, bound_, true}, pc);
    });
    if (!given) detail::raise(std::logic_error("bounded_semaphore released too many times"));
  }

 private:
  const std::ptrdiff_t bound_;
};

}  // namespace lockweave
