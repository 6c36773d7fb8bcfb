// lockweave/thread_pool.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// thread_pool: a number of named threads that do submitted work, after Python's ThreadPoolExecutor.
//
//   lockweave::thread_pool pool(4, "indexer");                      // indexer-0 ... indexer-3
//   lockweave::future<int> words = pool.submit(count_words, path);
//   std::vector<int> all = pool.map(count_words, paths);             // in the order of paths
//   pool.shutdown();                                                 // does what was submitted, then ends
//
// What the work throws comes out of its future, which can also be asked, cancelled and told to call
// back. After shutdown submit throws thread_pool_shutdown; work that shutdown cancelled gives
// future_cancelled. The destructor is shutdown().
// An initializer that throws is told on stderr and shuts the pool down, cancelling what has not begun.
// Work starts in the order it was submitted in, and comes after all that was done before.
//
// Limits: work that waits for other work of the same pool can wait for ever, when every thread does
// so (that is reported as the deadlock it is). Any number of pieces may be waiting. Needs exceptions.
// Errors: std::system_error when a thread cannot be started (none is left then), and for shutdown or
// the destructor in a thread of the pool.
// Thread-safety: all members from any thread, except the destructor.
// Cost: as lockweave::queue and a lockweave::future for each piece of work.
#pragma once

#include <errno.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockweave/future.h"
#include "lockweave/latch.h"
#include "lockweave/queue.h"
#include "lockweave/thread.h"

namespace lockweave {

// Something was submitted to a pool after shutdown().
class thread_pool_shutdown : public std::runtime_error {
 public:
  thread_pool_shutdown() : std::runtime_error("the thread pool is shut down") {}
};

class thread_pool {
 public:
  // `threads` of 0 counts as 1. `initializer`, if any, is called first in each thread.
  explicit thread_pool(std::size_t threads = thread::hardware_concurrency(),
                       const std::string& name = "pool", std::function<void()> initializer = {})
      : jobs_(name.c_str()), initializer_(std::move(initializer)) {
    if (threads == 0) threads = 1;
    workers_.reserve(threads);
    try {
      for (std::size_t i = 0; i < threads; ++i) add_worker(name + "-" + std::to_string(i));
    } catch (...) {
      shutdown();
      throw;
    }
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  LOCKWEAVE_ALWAYS_INLINE ~thread_pool() { shutdown(); }

  std::size_t size() const noexcept { return workers_.size(); }

  // Arguments are copied or moved, as by std::async.
  template <class F, class... Args>
  LOCKWEAVE_ALWAYS_INLINE future<detail::async_result<F, Args...>> submit(F&& f, Args&&... args) {
    using result = detail::async_result<F, Args...>;
    packaged_task<result()> task(
        [call = std::tuple<std::decay_t<F>, std::decay_t<Args>...>(
             std::forward<F>(f), std::forward<Args>(args)...)]() mutable -> result {
          return std::apply([](auto&... part) -> result { return std::invoke(std::move(part)...); },
                            call);
        });
    future<result> outcome = task.get_future();
    put(std::make_unique<job_of<packaged_task<result()>>>(std::move(task)));
    return outcome;
  }

  // f(each) for all of `values`, at the same time; returns the results in their order. `values` and `f`
  // are used until it returns. Errors: what the first failing call threw, after all are finished.
  template <class F, class Range>
  LOCKWEAVE_ALWAYS_INLINE auto map(F&& f, Range&& values) {
    using element = decltype(*std::begin(values));  // a reference, or what the iterator makes
    using result = std::invoke_result_t<F&, element>;
    std::vector<future<result>> outcomes;
    const all_finished<result> finish{outcomes};
    for (auto&& each : values) {
      std::tuple<element> kept(std::forward<decltype(each)>(each));
      outcomes.push_back(submit([&f, kept = std::move(kept)]() mutable -> result {
        return std::invoke(f, std::forward<element>(std::get<0>(kept)));
      }));
    }
    if constexpr (std::is_void_v<result>) {
      for (auto& outcome : outcomes) outcome.get();
    } else {
      std::vector<std::decay_t<result>> results;
      results.reserve(outcomes.size());
      for (auto& outcome : outcomes) results.push_back(outcome.get());
      return results;
    }
  }

  // No more work is taken. With `cancel_pending` what has not begun is not done. With `wait` the call
  // returns when all threads have ended; else they end by themselves, and the destructor waits.
  LOCKWEAVE_ALWAYS_INLINE void shutdown(bool wait = true, bool cancel_pending = false) {
    jobs_.close();
    if (cancel_pending) {
      while (const auto next = jobs_.try_get()) (*next)->cancel();
    }
    if (wait) join_workers();
  }

 private:
  struct job {
    virtual ~job() = default;
    virtual void run() = 0;
    virtual void cancel() = 0;
  };
  template <class Task>
  struct job_of final : job {
    explicit job_of(Task given) : task(std::move(given)) {}
    void run() override { task(); }
    void cancel() override { task.cancel(); }
    Task task;
  };
  template <class Result>
  struct all_finished {
    ~all_finished() {
      for (const auto& each : outcomes) {
        if (each.valid()) each.wait();
      }
    }
    const std::vector<future<Result>>& outcomes;
  };

  static const thread_pool*& employer() noexcept {
    static thread_local const thread_pool* pool = nullptr;
    return pool;
  }

  void add_worker(const std::string& name) {
    workers_.emplace_back(thread_name{name.c_str()}, [this] { work(); });
  }
  void work() {
    employer() = this;
    if (!is_initialized()) return shutdown(false, true);
    while (const auto next = jobs_.get()) (*next)->run();
  }
  bool is_initialized() {
    try {
      if (initializer_) initializer_();
      return true;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "a thread pool's initializer failed: %s\n", error.what());
#if defined(__GLIBCXX__)
    } catch (__cxxabiv1::__forced_unwind&) {
      throw;
#endif
    } catch (...) {
      std::fputs("a thread pool's initializer failed\n", stderr);
    }
    return false;
  }
  LOCKWEAVE_ALWAYS_INLINE void put(std::unique_ptr<job> work) {
    try {
      jobs_.put(std::move(work));
    } catch (const queue_closed&) {
      throw thread_pool_shutdown();
    }
  }
  // Several callers: one joins, the others wait for that one.
  LOCKWEAVE_ALWAYS_INLINE void join_workers() {
    if (employer() == this) detail::raise_system_error(EDEADLK);
    if (joining_.exchange(true)) return all_ended_.wait();
    for (thread& worker : workers_) worker.join();
    all_ended_.count_down();
  }

  queue<std::unique_ptr<job>> jobs_;
  const std::function<void()> initializer_;
  std::vector<thread> workers_;  // written by the constructor alone
  std::atomic<bool> joining_{false};
  latch all_ended_{1};
};

}  // namespace lockweave
