// lockweave/atomic.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// atomic<T> and atomic_flag: std's types; the runtime learns which order the program asked for.
//
//   lockweave::atomic<bool> ready{false};
//   ready.store(true, std::memory_order_release);           // what came before it ...
//   while (!ready.load(std::memory_order_acquire)) ...      // ... comes before what follows this
//
// A store with release or stronger hands over before it, a load with acquire or stronger takes over
// after it, read-modify-write does what its order says; relaxed operations order nothing, so data that
// only a relaxed flag protects is reported as a race. (consume counts as acquire.)
//
// Differences from std: no volatile overloads, no atomic_ref, no free functions but the types' names.
// wait and notify need C++20, as in std; the runtime sees them as the futex calls they are.
// Thread-safety, cost without the runtime: as std, and one load and one test.
// Limits: fences are std's and unseen, so give the order at the operation. What a later relaxed store
// overwrites stays handed over: that may hide a race, and never invents one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lockweave/detail/atomic_operations.h"

namespace lockweave {

using std::memory_order;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_consume;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

template <class T>
class atomic : public detail::atomic_operations<T> {
 public:
  using detail::atomic_operations<T>::atomic_operations;
  atomic() = default;
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T operator=(T value) noexcept {  // NOLINT: returns a value, as std's
    this->store(value);
    return value;
  }
};

template <class T>
atomic(T) -> atomic<T>;

class atomic_flag {
 public:
  constexpr atomic_flag() noexcept = default;
  atomic_flag(const atomic_flag&) = delete;
  atomic_flag& operator=(const atomic_flag&) = delete;

  bool test_and_set(memory_order order = memory_order_seq_cst) noexcept {
    return detail::ordered_update(this, order, [&] { return flag_.test_and_set(order); });
  }
  void clear(memory_order order = memory_order_seq_cst) noexcept {
    detail::ordered_update(this, order, [&] { flag_.clear(order); });
  }
#if defined(__cpp_lib_atomic_flag_test)
  bool test(memory_order order = memory_order_seq_cst) const noexcept {
    return detail::ordered_load(this, order, [&] { return flag_.test(order); });
  }
#endif
#if defined(__cpp_lib_atomic_wait)
  void wait(bool old, memory_order order = memory_order_seq_cst) const noexcept {
    flag_.wait(old, order);
    detail::take_over_after(this, order);
  }
  void notify_one() noexcept { flag_.notify_one(); }
  void notify_all() noexcept { flag_.notify_all(); }
#endif

 private:
  std::atomic_flag flag_ = ATOMIC_FLAG_INIT;
};

using atomic_bool = atomic<bool>;
using atomic_char = atomic<char>;
using atomic_schar = atomic<signed char>;
using atomic_uchar = atomic<unsigned char>;
using atomic_short = atomic<short>;
using atomic_ushort = atomic<unsigned short>;
using atomic_int = atomic<int>;
using atomic_uint = atomic<unsigned>;
using atomic_long = atomic<long>;
using atomic_ulong = atomic<unsigned long>;
using atomic_llong = atomic<long long>;
using atomic_ullong = atomic<unsigned long long>;
using atomic_int8_t = atomic<std::int8_t>;
using atomic_uint8_t = atomic<std::uint8_t>;
using atomic_int16_t = atomic<std::int16_t>;
using atomic_uint16_t = atomic<std::uint16_t>;
using atomic_int32_t = atomic<std::int32_t>;
using atomic_uint32_t = atomic<std::uint32_t>;
using atomic_int64_t = atomic<std::int64_t>;
using atomic_uint64_t = atomic<std::uint64_t>;
using atomic_intptr_t = atomic<std::intptr_t>;
using atomic_uintptr_t = atomic<std::uintptr_t>;
using atomic_size_t = atomic<std::size_t>;
using atomic_ptrdiff_t = atomic<std::ptrdiff_t>;

}  // namespace lockweave
