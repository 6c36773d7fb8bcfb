// lockweave/detail/atomic_operations.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The members of atomic<T>: those that every T has, then those of integers, floating-point numbers and
// pointers. Private; see lockweave/atomic.h.
//
// Handing over and the operation are two steps: another thread may take over from a store whose value
// it has not read yet. That orders too much, never too little, because handing over comes first.
#pragma once

#include <atomic>
#include <cstddef>
#include <type_traits>

#include "lockweave/detail/operation.h"

namespace lockweave::detail {

constexpr bool releases(std::memory_order order) noexcept {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}
constexpr bool acquires(std::memory_order order) noexcept {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}
// Of a compare-exchange that fails, as std derives it from the one order given.
constexpr std::memory_order load_part(std::memory_order order) noexcept {
  if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
  if (order == std::memory_order_release) return std::memory_order_relaxed;
  return order;
}

inline void take_over_after(const void* object, std::memory_order order) noexcept {
  const operation op(object);
  if (acquires(order)) op.order_acquire(object);
}

template <class Load>
LOCKWEAVE_ALWAYS_INLINE inline auto ordered_load(const void* object, std::memory_order order,
                                                 Load load) noexcept {
  const operation op(object);
  const auto value = load();
  if (acquires(order)) op.order_acquire(object);
  return value;
}

// A store or a read-modify-write.
template <class Update>
LOCKWEAVE_ALWAYS_INLINE inline auto ordered_update(const void* object, std::memory_order order,
                                                   Update update) noexcept {
  const operation op(object);
  if (releases(order)) op.order_release(object, LW_ATOMIC);
  if constexpr (std::is_void_v<decltype(update())>) {
    update();
  } else {
    const auto value = update();
    if (acquires(order)) op.order_acquire(object);
    return value;
  }
}

template <class T>
class atomic_base {
 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;

  atomic_base() = default;
  constexpr atomic_base(T value) noexcept : value_(value) {}  // NOLINT: implicit as in std
  atomic_base(const atomic_base&) = delete;
  atomic_base& operator=(const atomic_base&) = delete;

  bool is_lock_free() const noexcept { return value_.is_lock_free(); }

  void store(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    ordered_update(this, order, [&] { value_.store(value, order); });
  }
  T load(std::memory_order order = std::memory_order_seq_cst) const noexcept {
    return ordered_load(this, order, [&] { return value_.load(order); });
  }
  operator T() const noexcept { return load(); }  // NOLINT: implicit as in std
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return ordered_update(this, order, [&] { return value_.exchange(value, order); });
  }

  bool compare_exchange_weak(T& expected, T wanted, std::memory_order success,
                             std::memory_order failure) noexcept {
    return compare(success, failure, [&] {
      return value_.compare_exchange_weak(expected, wanted, success, failure);
    });
  }
  bool compare_exchange_weak(T& expected, T wanted,
                             std::memory_order order = std::memory_order_seq_cst) noexcept {
    return compare_exchange_weak(expected, wanted, order, load_part(order));
  }
  bool compare_exchange_strong(T& expected, T wanted, std::memory_order success,
                               std::memory_order failure) noexcept {
    return compare(success, failure, [&] {
      return value_.compare_exchange_strong(expected, wanted, success, failure);
    });
  }
  bool compare_exchange_strong(T& expected, T wanted,
                               std::memory_order order = std::memory_order_seq_cst) noexcept {
    return compare_exchange_strong(expected, wanted, order, load_part(order));
  }

#if defined(__cpp_lib_atomic_wait)
  // In the open: the runtime follows the futex calls inside.
  void wait(T old, std::memory_order order = std::memory_order_seq_cst) const noexcept {
    value_.wait(old, order);
    take_over_after(this, order);
  }
  void notify_one() noexcept { value_.notify_one(); }
  void notify_all() noexcept { value_.notify_all(); }
#endif

 protected:
  template <class Change>
  T change(std::memory_order order, Change apply) noexcept {
    return ordered_update(this, order, [&] { return apply(value_); });
  }

 private:
  template <class Exchange>
  bool compare(std::memory_order success, std::memory_order failure, Exchange exchange) noexcept {
    const operation op(this);
    if (releases(success)) op.order_release(this, LW_ATOMIC);
    const bool done = exchange();
    if (acquires(done ? success : failure)) op.order_acquire(this);
    return done;
  }

  std::atomic<T> value_;
};

// fetch_add and fetch_sub, and what follows from them. `Difference` is what is added.
template <class T, class Difference>
class atomic_sum : public atomic_base<T> {
 public:
  using difference_type = Difference;
  using atomic_base<T>::atomic_base;

  T fetch_add(Difference by, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return this->change(order, [&](std::atomic<T>& on) { return on.fetch_add(by, order); });
  }
  T fetch_sub(Difference by, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return this->change(order, [&](std::atomic<T>& on) { return on.fetch_sub(by, order); });
  }
  // std's own operators: in their arithmetic signed overflow wraps.
  T operator+=(Difference by) noexcept {
    return this->change(std::memory_order_seq_cst, [&](std::atomic<T>& on) { return on += by; });
  }
  T operator-=(Difference by) noexcept {
    return this->change(std::memory_order_seq_cst, [&](std::atomic<T>& on) { return on -= by; });
  }
};

template <class T, class Difference>
class atomic_counter : public atomic_sum<T, Difference> {
 public:
  using atomic_sum<T, Difference>::atomic_sum;

  T operator++() noexcept { return *this += 1; }
  T operator--() noexcept { return *this -= 1; }
  T operator++(int) noexcept { return this->fetch_add(1); }
  T operator--(int) noexcept { return this->fetch_sub(1); }
};

template <class T>
class atomic_integer : public atomic_counter<T, T> {
 public:
  using atomic_counter<T, T>::atomic_counter;

  T fetch_and(T with, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return this->change(order, [&](std::atomic<T>& on) { return on.fetch_and(with, order); });
  }
  T fetch_or(T with, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return this->change(order, [&](std::atomic<T>& on) { return on.fetch_or(with, order); });
  }
  T fetch_xor(T with, std::memory_order order = std::memory_order_seq_cst) noexcept {
    return this->change(order, [&](std::atomic<T>& on) { return on.fetch_xor(with, order); });
  }
  T operator&=(T with) noexcept { return static_cast<T>(fetch_and(with) & with); }
  T operator|=(T with) noexcept { return static_cast<T>(fetch_or(with) | with); }
  T operator^=(T with) noexcept { return static_cast<T>(fetch_xor(with) ^ with); }
};

#if defined(__cpp_lib_atomic_float)
template <class T>
inline constexpr bool kHasFloatingSum = std::is_floating_point_v<T>;
#else
template <class T>
inline constexpr bool kHasFloatingSum = false;
#endif

template <class T>
inline constexpr bool kIsCountable = std::is_integral_v<T> && !std::is_same_v<T, bool>;
template <class T>
inline constexpr bool kIsObjectPointer =
    std::is_pointer_v<T>&& std::is_object_v<std::remove_pointer_t<T>>;

template <class T>
using atomic_operations = std::conditional_t<
    kIsCountable<T>, atomic_integer<T>,
    std::conditional_t<kIsObjectPointer<T>, atomic_counter<T, std::ptrdiff_t>,
                       std::conditional_t<kHasFloatingSum<T>, atomic_sum<T, T>, atomic_base<T>>>>;

}  // namespace lockweave::detail
