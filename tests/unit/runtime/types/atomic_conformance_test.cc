// tests/unit/runtime/types/atomic_conformance_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Atomics compute and order as std's, and have their traits.
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>

#include "libraries.h"

template <class Library>
class AtomicConformance : public testing::Test {};
TYPED_TEST_SUITE(AtomicConformance, Libraries);

namespace {

struct Pair {
  std::int32_t first;
  std::int32_t second;
  friend bool operator==(const Pair&, const Pair&) = default;
};

template <class T>
constexpr bool like_std() {
  using Theirs = std::atomic<T>;
  using Ours = lockweave::atomic<T>;
  return sizeof(Ours) == sizeof(Theirs) && alignof(Ours) == alignof(Theirs) &&
         std::is_trivially_destructible_v<Ours> == std::is_trivially_destructible_v<Theirs> &&
         std::is_standard_layout_v<Ours> == std::is_standard_layout_v<Theirs> &&
         !std::is_copy_constructible_v<Ours> && !std::is_copy_assignable_v<Ours> &&
         std::is_convertible_v<T, Ours> == std::is_convertible_v<T, Theirs> &&
         std::is_convertible_v<Ours, T> == std::is_convertible_v<Theirs, T> &&
         std::is_same_v<typename Ours::value_type, T> &&
         Ours::is_always_lock_free == Theirs::is_always_lock_free;
}
static_assert(like_std<bool>());
static_assert(like_std<char>());
static_assert(like_std<int>());
static_assert(like_std<std::uint64_t>());
static_assert(like_std<double>());
static_assert(like_std<int*>());
static_assert(like_std<void*>());
static_assert(like_std<void (*)()>());
static_assert(like_std<Pair>());
static_assert(like_std<std::shared_ptr<int>>());

template <class Atomic>
constexpr bool kCounts = requires(Atomic a) {
  a.fetch_add(1);
};
template <class Atomic>
constexpr bool kHasBits = requires(Atomic a) {
  a.fetch_xor(1);
};
template <class T>
constexpr bool same_members() {
  return kCounts<std::atomic<T>> == kCounts<lockweave::atomic<T>> &&
         kHasBits<std::atomic<T>> == kHasBits<lockweave::atomic<T>>;
}
static_assert(same_members<bool>() && same_members<int>() && same_members<double>());
static_assert(same_members<int*>() && same_members<Pair>());
static_assert(std::is_same_v<lockweave::atomic<int*>::difference_type, std::ptrdiff_t>);
static_assert(std::is_same_v<decltype(lockweave::atomic(1L)), lockweave::atomic<long>>);

constinit lockweave::atomic<int> global_atomic{3};
constinit lockweave::atomic_flag global_flag;

}  // namespace

TEST(Atomic, GlobalsAreInitialisedByTheCompiler) {
  EXPECT_EQ(global_atomic, 3);
  EXPECT_FALSE(global_flag.test());
}

TYPED_TEST(AtomicConformance, Integers) {
  typename TypeParam::template atomic<int> value{12};
  EXPECT_EQ(value++, 12);
  EXPECT_EQ(++value, 14);
  EXPECT_EQ(value--, 14);
  EXPECT_EQ(--value, 12);
  EXPECT_EQ(value += 4, 16);
  EXPECT_EQ(value -= 1, 15);
  EXPECT_EQ(value &= 6, 6);
  EXPECT_EQ(value |= 9, 15);
  EXPECT_EQ(value ^= 1, 14);
  EXPECT_EQ(value.fetch_add(1, std::memory_order_relaxed), 14);
  EXPECT_EQ(value.fetch_sub(2), 15);
  EXPECT_EQ(value.fetch_and(12), 13);
  EXPECT_EQ(value.fetch_or(2), 12);
  EXPECT_EQ(value.fetch_xor(2, std::memory_order_release), 14);
  EXPECT_EQ(value = 5, 5);
  EXPECT_EQ(value.exchange(6), 5);
  EXPECT_EQ(value, 6);
  EXPECT_EQ(value.is_lock_free(), true);
  typename TypeParam::template atomic<int> most{std::numeric_limits<int>::max()};
  EXPECT_EQ(most += 1, std::numeric_limits<int>::min());  // wraps
}

TYPED_TEST(AtomicConformance, CompareExchangeTellsWhatItFound) {
  typename TypeParam::template atomic<Pair> value{Pair{1, 2}};
  Pair expected{0, 0};
  EXPECT_FALSE(value.compare_exchange_strong(expected, Pair{5, 6}));
  EXPECT_EQ(expected, (Pair{1, 2}));
  EXPECT_TRUE(value.compare_exchange_strong(expected, Pair{5, 6}, std::memory_order_acq_rel,
                                            std::memory_order_relaxed));
  expected = value.load();
  while (!value.compare_exchange_weak(expected, Pair{7, 8}, std::memory_order_release)) continue;
  EXPECT_EQ(value.load(std::memory_order_acquire), (Pair{7, 8}));
}

TYPED_TEST(AtomicConformance, PointersAndFloats) {
  int cells[4] = {};
  typename TypeParam::template atomic<int*> pointer{cells};
  EXPECT_EQ(++pointer, cells + 1);
  EXPECT_EQ(pointer += 2, cells + 3);
  EXPECT_EQ(pointer.fetch_sub(3), cells + 3);
  EXPECT_EQ(pointer--, cells);
  pointer.store(nullptr);
  EXPECT_EQ(pointer.load(), nullptr);
  typename TypeParam::template atomic<double> number{1.5};
  EXPECT_EQ(number.fetch_add(1), 1.5);
  EXPECT_EQ(number -= 0.5, 2.0);
  typename TypeParam::template atomic<std::shared_ptr<int>> shared;
  shared.store(std::make_shared<int>(4));
  EXPECT_EQ(*shared.load(), 4);
  EXPECT_EQ(*shared.exchange(nullptr), 4);
}

TYPED_TEST(AtomicConformance, FlagIsSetOnce) {
  typename TypeParam::atomic_flag flag;
  EXPECT_FALSE(flag.test_and_set());
  EXPECT_TRUE(flag.test_and_set(std::memory_order_acquire));
  EXPECT_TRUE(flag.test());
  flag.clear(std::memory_order_release);
  EXPECT_FALSE(flag.test());
}

TYPED_TEST(AtomicConformance, WaitEndsWhenTheValueChanges) {
  typename TypeParam::template atomic<int> value{1};
  typename TypeParam::atomic_flag flag;
  value.wait(2);  // it is another already
  {
    const std::jthread waiter([&] {
      value.wait(1);
      flag.wait(false);
    });
    value = 2;
    value.notify_one();
    flag.test_and_set();
    flag.notify_all();
  }
  EXPECT_EQ(value, 2);
}

TYPED_TEST(AtomicConformance, ManyThreadsLoseNoUpdate) {
  constexpr int kEach = 20000;
  typename TypeParam::template atomic<long> sum{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kEach; ++j) sum.fetch_add(1, std::memory_order_relaxed);
      });
    }
  }
  EXPECT_EQ(sum, 4L * kEach);
}

TYPED_TEST(AtomicConformance, AcquireSeesWhatWasReleased) {
  int data = 0;
  typename TypeParam::template atomic<bool> ready{false};
  const std::jthread writer([&] {
    data = 42;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  EXPECT_EQ(data, 42);
}
