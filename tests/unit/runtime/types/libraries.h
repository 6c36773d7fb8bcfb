// tests/unit/runtime/types/libraries.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// std and lockweave under the same names, so that each conformance test is written once and run on
// both: what holds for std's type holds for ours.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <thread>

#include "lockweave/lockweave.h"

#define TESTS_LIBRARY(library, space)                             \
  struct library {                                                \
    using mutex = space::mutex;                                   \
    using timed_mutex = space::timed_mutex;                       \
    using recursive_mutex = space::recursive_mutex;               \
    using recursive_timed_mutex = space::recursive_timed_mutex;   \
    using shared_mutex = space::shared_mutex;                     \
    using shared_timed_mutex = space::shared_timed_mutex;         \
    using condition_variable = space::condition_variable;         \
    using condition_variable_any = space::condition_variable_any; \
    template <std::ptrdiff_t kMax>                                \
    using counting_semaphore = space::counting_semaphore<kMax>;   \
    using binary_semaphore = space::binary_semaphore;             \
    using latch = space::latch;                                   \
    template <class Completion>                                   \
    using barrier = space::barrier<Completion>;                   \
    using thread = space::thread;                                 \
    using jthread = space::jthread;                               \
    template <class T>                                            \
    using atomic = space::atomic<T>;                              \
    using atomic_flag = space::atomic_flag;                       \
    template <class T>                                            \
    using promise = space::promise<T>;                            \
    template <class T>                                            \
    using future = space::future<T>;                              \
    template <class T>                                            \
    using shared_future = space::shared_future<T>;                \
    template <class T>                                            \
    using packaged_task = space::packaged_task<T>;                \
    template <class... Args>                                      \
    static auto async(Args&&... args) {                           \
      return space::async(std::forward<Args>(args)...);           \
    }                                                             \
  };
TESTS_LIBRARY(Std, std)
TESTS_LIBRARY(Lockweave, lockweave)
#undef TESTS_LIBRARY

using Libraries = testing::Types<Std, Lockweave>;

// Run `body` in another thread, to its end. One instance of each for all types under test.
inline void run_elsewhere(const std::function<void()>& body) { std::thread(body).join(); }
inline bool elsewhere(const std::function<bool()>& body) {
  bool result = false;
  run_elsewhere([&] { result = body(); });
  return result;
}

inline constexpr std::chrono::milliseconds kMoment{1};  // for what must time out
inline constexpr std::chrono::hours kForever{1};        // for what must not
