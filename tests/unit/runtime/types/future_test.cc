// tests/unit/runtime/types/future_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What our futures can do beyond std's.
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "libraries.h"

namespace {

using lockweave::as_completed;
using lockweave::future;
using lockweave::future_cancelled;
using lockweave::latch;
using lockweave::promise;
using lockweave::thread_pool;

// A pool's one thread, kept busy until it is let go.
struct BusyPool {
  BusyPool()
      : work(pool.submit([this] {
          begun.count_down();
          go_on.wait();
          return 1;
        })) {
    begun.wait();
  }
  ~BusyPool() { let_go(); }
  void let_go() {
    if (!go_on.try_wait()) go_on.count_down();
  }

  latch begun{1};
  latch go_on{1};
  thread_pool pool{1};
  future<int> work;
};

}  // namespace

TEST(Future, RunsFromItsBeginningAndIsDoneWithItsResult) {
  BusyPool busy;
  future<int> next = busy.pool.submit([] { return 2; });
  EXPECT_TRUE(busy.work.running());
  EXPECT_FALSE(busy.work.done());
  EXPECT_FALSE(next.running());
  EXPECT_FALSE(next.done());
  busy.let_go();
  next.wait();
  EXPECT_TRUE(busy.work.done());
  EXPECT_FALSE(busy.work.running());
  EXPECT_FALSE(busy.work.cancelled());
  EXPECT_EQ(next.get(), 2);
}

TEST(Future, CancelledWorkNeverBegins) {
  BusyPool busy;
  bool done = false;
  future<void> next = busy.pool.submit([&] { done = true; });
  EXPECT_TRUE(next.cancel());
  EXPECT_TRUE(next.cancel());
  EXPECT_TRUE(next.cancelled());
  EXPECT_TRUE(next.done());
  EXPECT_FALSE(next.running());
  EXPECT_THROW(next.get(), future_cancelled);
  busy.let_go();
  busy.pool.shutdown();
  EXPECT_FALSE(done);
}

TEST(Future, WhatRunsOrIsDoneCannotBeCancelled) {
  BusyPool busy;
  EXPECT_FALSE(busy.work.cancel());
  busy.let_go();
  busy.work.wait();
  EXPECT_FALSE(busy.work.cancel());
  EXPECT_FALSE(busy.work.cancelled());
  EXPECT_EQ(busy.work.get(), 1);
}

TEST(Future, WhoWaitsForCancelledWorkIsWoken) {
  promise<int> given;
  lockweave::shared_future<int> asked = given.get_future().share();
  lockweave::thread waiter([asked] { EXPECT_THROW(asked.get(), future_cancelled); });
  EXPECT_TRUE(asked.cancel());
  waiter.join();
  EXPECT_THROW(given.set_value(1), std::future_error);
}

TEST(Future, CancelledTasksAndDeferredCallsDoNothing) {
  int calls = 0;
  lockweave::packaged_task<void()> task([&] { ++calls; });
  future<void> of_task = task.get_future();
  EXPECT_TRUE(of_task.cancel());
  task();
  future<void> deferred = lockweave::async(std::launch::deferred, [&] { ++calls; });
  EXPECT_EQ(deferred.wait_for(std::chrono::seconds(0)), std::future_status::deferred);
  EXPECT_TRUE(deferred.cancel());
  EXPECT_EQ(deferred.wait_for(std::chrono::seconds(0)), std::future_status::ready);
  EXPECT_THROW(deferred.get(), future_cancelled);
  EXPECT_EQ(calls, 0);
}

TEST(Future, CallsBackInTheThreadThatDoesTheWork) {
  BusyPool busy;
  std::string where;
  busy.work.add_done_callback([&] { where = lockweave::current_thread().name(); });
  busy.let_go();
  busy.pool.shutdown();
  EXPECT_EQ(where, "pool-0");
}

TEST(Future, CallsBackAtOnceWhenItIsDone) {
  promise<int> given;
  future<int> asked = given.get_future();
  given.set_value(3);
  int result = 0;
  asked.add_done_callback([&] { result = asked.get(); });
  EXPECT_EQ(result, 3);
}

TEST(Future, ACallbackMayAskTheFutureAndComesOnce) {
  promise<int> given;
  future<int> asked = given.get_future();
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    asked.add_done_callback([&] { calls += asked.done() ? 1 : 100; });
  }
  given.set_value(3);
  EXPECT_EQ(calls, 2);
}

TEST(Future, WithoutAStateThereIsNothingToAsk) {
  const future<int> none;
  EXPECT_THROW(static_cast<void>(none.done()), std::future_error);
  EXPECT_THROW(static_cast<void>(none.running()), std::future_error);
  EXPECT_THROW(static_cast<void>(none.cancelled()), std::future_error);
  EXPECT_THROW(static_cast<void>(none.cancel()), std::future_error);
  EXPECT_THROW(none.add_done_callback([] {}), std::future_error);
}

TEST(AsCompleted, TakesThemAsTheyComeToBeDone) {
  std::vector<promise<int>> given(3);
  std::vector<future<int>> asked;
  for (auto& each : given) asked.push_back(each.get_future());
  std::vector<int> results;
  std::size_t last = 2;
  given[last].set_value(2);
  for (future<int>& each : as_completed(asked)) {
    results.push_back(each.get());
    last = (last + 1) % 3;
    if (last != 2) given[last].set_value(static_cast<int>(last));
  }
  EXPECT_EQ(results, (std::vector<int>{2, 0, 1}));
}

TEST(AsCompleted, WaitsForAThread) {
  BusyPool busy;
  std::vector<future<int>> asked;
  asked.push_back(std::move(busy.work));
  asked.push_back(busy.pool.submit([] { return 2; }));
  lockweave::thread helper([&] { busy.let_go(); });
  int sum = 0;
  for (future<int>& each : as_completed(asked)) sum += each.get();
  helper.join();
  EXPECT_EQ(sum, 3);
}

TEST(AsCompleted, DeferredCallsRunWhenAsked) {
  std::vector<future<int>> asked;
  asked.push_back(lockweave::async(std::launch::deferred, [] { return 5; }));
  for (future<int>& each : as_completed(asked)) EXPECT_EQ(each.get(), 5);
}

TEST(AsCompleted, OfNoneThereIsNone) {
  std::vector<future<int>> none;
  for (future<int>& each : as_completed(none)) FAIL() << each.valid();
}
