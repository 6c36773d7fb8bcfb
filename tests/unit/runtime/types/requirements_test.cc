// tests/unit/runtime/types/requirements_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The drop-in types have the traits of std's: checked by the compiler.
#include <type_traits>

#include "libraries.h"

namespace {

template <class Theirs, class Ours>
constexpr bool same_traits() {
  return std::is_default_constructible_v<Theirs> == std::is_default_constructible_v<Ours> &&
         std::is_copy_constructible_v<Theirs> == std::is_copy_constructible_v<Ours> &&
         std::is_copy_assignable_v<Theirs> == std::is_copy_assignable_v<Ours> &&
         std::is_move_constructible_v<Theirs> == std::is_move_constructible_v<Ours> &&
         std::is_move_assignable_v<Theirs> == std::is_move_assignable_v<Ours> &&
         std::is_nothrow_default_constructible_v<Theirs> ==
             std::is_nothrow_default_constructible_v<Ours> &&
         std::is_nothrow_move_constructible_v<Theirs> ==
             std::is_nothrow_move_constructible_v<Ours> &&
         std::is_nothrow_move_assignable_v<Theirs> == std::is_nothrow_move_assignable_v<Ours> &&
         std::is_nothrow_copy_constructible_v<Theirs> ==
             std::is_nothrow_copy_constructible_v<Ours> &&
         std::is_nothrow_copy_assignable_v<Theirs> == std::is_nothrow_copy_assignable_v<Ours> &&
         std::is_nothrow_destructible_v<Theirs> == std::is_nothrow_destructible_v<Ours> &&
         std::is_swappable_v<Theirs> == std::is_swappable_v<Ours>;
}

static_assert(same_traits<std::mutex, lockweave::mutex>());
static_assert(same_traits<std::timed_mutex, lockweave::timed_mutex>());
static_assert(same_traits<std::recursive_mutex, lockweave::recursive_mutex>());
static_assert(same_traits<std::recursive_timed_mutex, lockweave::recursive_timed_mutex>());
static_assert(same_traits<std::shared_mutex, lockweave::shared_mutex>());
static_assert(same_traits<std::shared_timed_mutex, lockweave::shared_timed_mutex>());
static_assert(same_traits<std::condition_variable, lockweave::condition_variable>());
static_assert(same_traits<std::condition_variable_any, lockweave::condition_variable_any>());
static_assert(same_traits<std::binary_semaphore, lockweave::binary_semaphore>());
static_assert(same_traits<std::latch, lockweave::latch>());
static_assert(same_traits<std::barrier<>, lockweave::barrier<>>());
static_assert(same_traits<std::barrier<>::arrival_token, lockweave::barrier<>::arrival_token>());
static_assert(same_traits<std::thread, lockweave::thread>());
static_assert(same_traits<std::jthread, lockweave::jthread>());
static_assert(same_traits<std::promise<int>, lockweave::promise<int>>());
static_assert(same_traits<std::promise<int&>, lockweave::promise<int&>>());
static_assert(same_traits<std::promise<void>, lockweave::promise<void>>());
static_assert(same_traits<std::future<int>, lockweave::future<int>>());
static_assert(same_traits<std::shared_future<int>, lockweave::shared_future<int>>());
static_assert(same_traits<std::packaged_task<int()>, lockweave::packaged_task<int()>>());

template <class Mutex>
constexpr bool kNothrowTry = noexcept(std::declval<Mutex&>().try_lock());
static_assert(kNothrowTry<lockweave::mutex> == kNothrowTry<std::mutex>);
static_assert(kNothrowTry<lockweave::recursive_mutex> == kNothrowTry<std::recursive_mutex>);
static_assert(kNothrowTry<lockweave::shared_mutex> == kNothrowTry<std::shared_mutex>);
static_assert(noexcept(std::declval<lockweave::condition_variable&>().notify_all()));
static_assert(!noexcept(std::declval<lockweave::condition_variable&>().wait(
    std::declval<std::unique_lock<lockweave::mutex>&>())));
static_assert(noexcept(std::declval<lockweave::binary_semaphore&>().try_acquire()));
static_assert(noexcept(std::declval<const lockweave::latch&>().try_wait()));

// std::promise and std::packaged_task construct from an allocator and from callables only.
static_assert(std::uses_allocator_v<lockweave::promise<int>, std::allocator<int>>);
static_assert(
    std::is_constructible_v<lockweave::promise<int>, std::allocator_arg_t, std::allocator<int>>);
static_assert(!std::is_constructible_v<lockweave::packaged_task<int()>, int>);
static_assert(!std::is_convertible_v<int (*)(), lockweave::packaged_task<int()>>);

// What get() returns.
template <class Future>
using Got = decltype(std::declval<Future&>().get());
static_assert(std::is_same_v<Got<lockweave::future<int>>, int>);
static_assert(std::is_same_v<Got<lockweave::future<int&>>, int&>);
static_assert(std::is_same_v<Got<lockweave::future<void>>, void>);
static_assert(std::is_same_v<Got<lockweave::shared_future<int>>, const int&>);
static_assert(std::is_same_v<Got<lockweave::shared_future<int&>>, int&>);
static_assert(std::is_same_v<Got<lockweave::shared_future<void>>, void>);
static_assert(std::is_convertible_v<lockweave::future<int>, lockweave::shared_future<int>>);

// The lock and its pthread object have one address.
static_assert(std::is_standard_layout_v<lockweave::mutex>);
static_assert(std::is_standard_layout_v<lockweave::shared_mutex>);
static_assert(sizeof(lockweave::mutex) == sizeof(std::mutex));
static_assert(sizeof(lockweave::shared_mutex) == sizeof(std::shared_mutex));

static_assert(std::is_same_v<lockweave::mutex::native_handle_type, pthread_mutex_t*>);
static_assert(std::is_same_v<lockweave::thread::id, std::thread::id>);
static_assert(lockweave::binary_semaphore::max() >= 1);

// Globals are initialised by the compiler, as std's: usable in other globals' constructors.
constinit lockweave::mutex global_mutex;
constinit lockweave::timed_mutex global_timed_mutex;
constinit lockweave::recursive_mutex global_recursive_mutex;
constinit lockweave::shared_mutex global_shared_mutex;
constinit lockweave::spin_mutex global_spin_mutex;
constinit lockweave::binary_semaphore global_semaphore{1};
constinit lockweave::bounded_semaphore global_bounded{2};
constinit lockweave::latch global_latch{0};
constinit lockweave::barrier<> global_barrier{1};

}  // namespace

TEST(Requirements, GlobalsWork) {
  const std::scoped_lock all(global_mutex, global_timed_mutex, global_recursive_mutex,
                             global_shared_mutex, global_spin_mutex);
  global_recursive_mutex.lock();
  global_recursive_mutex.unlock();
  global_semaphore.acquire();
  EXPECT_FALSE(global_semaphore.try_acquire());
  global_semaphore.release();
  EXPECT_EQ(global_bounded.max(), 2);
  global_latch.wait();
  global_barrier.arrive_and_wait();
}

TEST(Requirements, NamesAreTakenWithoutTheRuntime) {
  lockweave::mutex mutex("a mutex");
  const lockweave::counting_semaphore<4> semaphore(2, "a semaphore");
  const lockweave::queue<int> queue(3, "a queue");
  lockweave::thread thread(lockweave::thread_name{"a thread with a long name"}, [] {});
  thread.join();
  EXPECT_EQ(static_cast<void*>(mutex.native_handle()), static_cast<void*>(&mutex));
}
