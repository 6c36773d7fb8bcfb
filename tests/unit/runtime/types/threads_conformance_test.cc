// tests/unit/runtime/types/threads_conformance_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads, futures, promises, tasks and async behave as std's.
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "libraries.h"

template <class Library>
class ThreadsConformance : public testing::Test {};
TYPED_TEST_SUITE(ThreadsConformance, Libraries);

namespace {

struct Worker {
  int value = 0;
  void add(int by) { value += by; }
};

template <class Body>
std::future_errc future_error_of(Body body) {
  try {
    body();
  } catch (const std::future_error& error) {
    return static_cast<std::future_errc>(error.code().value());
  }
  return std::future_errc{};
}

template <class Body>
std::errc system_error_of(Body body) {
  try {
    body();
  } catch (const std::system_error& error) {
    return static_cast<std::errc>(error.code().value());
  }
  return std::errc{};
}

}  // namespace

TYPED_TEST(ThreadsConformance, ThreadTakesAnyCallableAndDecaysArguments) {
  using thread = typename TypeParam::thread;
  Worker worker;
  thread(&Worker::add, &worker, 2).join();
  int sum = 0;
  thread([&](std::unique_ptr<int> a, int& b) { sum = *a + b; }, std::make_unique<int>(3),
         std::ref(worker.value))
      .join();
  EXPECT_EQ(sum, 5);
}

TYPED_TEST(ThreadsConformance, ThreadIdentityFollowsTheHandle) {
  using thread = typename TypeParam::thread;
  typename thread::id inside;
  thread first([&] { inside = std::this_thread::get_id(); });
  const auto id = first.get_id();
  thread second;
  EXPECT_EQ(second.get_id(), typename thread::id());
  EXPECT_FALSE(second.joinable());
  second = std::move(first);
  EXPECT_FALSE(first.joinable());
  EXPECT_EQ(second.get_id(), id);
  swap(first, second);
  first.join();
  EXPECT_EQ(inside, id);
  EXPECT_EQ(first.get_id(), typename thread::id());
}

TYPED_TEST(ThreadsConformance, JoinAndDetachNeedAThread) {
  typename TypeParam::thread none;
  EXPECT_EQ(system_error_of([&] { none.join(); }), std::errc::invalid_argument);
  EXPECT_EQ(system_error_of([&] { none.detach(); }), std::errc::invalid_argument);
  typename TypeParam::latch gone(1);
  typename TypeParam::thread([&] { gone.count_down(); }).detach();
  gone.wait();
}

TYPED_TEST(ThreadsConformance, JthreadStopsAndJoins) {
  bool stopped = false;
  {
    const typename TypeParam::jthread thread([&](std::stop_token token) {
      while (!token.stop_requested()) std::this_thread::yield();
      stopped = true;
    });
  }
  EXPECT_TRUE(stopped);
  std::atomic<int> calls{0};
  typename TypeParam::jthread plain([&](int by) { calls += by; }, 2);
  plain = typename TypeParam::jthread([&] { ++calls; });  // stops and joins the first
  plain.join();
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(typename TypeParam::jthread().request_stop());
}

TYPED_TEST(ThreadsConformance, PromiseHandsOverValuesReferencesAndNothing) {
  typename TypeParam::template promise<std::string> text;
  auto future = text.get_future();
  EXPECT_EQ(future.wait_for(kMoment), std::future_status::timeout);
  typename TypeParam::thread setter([&] { text.set_value("done"); });
  EXPECT_EQ(future.wait_for(kForever), std::future_status::ready);
  EXPECT_EQ(future.get(), "done");
  EXPECT_FALSE(future.valid());
  setter.join();

  int object = 0;
  typename TypeParam::template promise<int&> reference;
  reference.set_value(object);
  EXPECT_EQ(&reference.get_future().get(), &object);

  typename TypeParam::template promise<void> nothing;
  nothing.set_value();
  nothing.get_future().get();

  typename TypeParam::template promise<std::unique_ptr<int>> moved(std::allocator_arg,
                                                                   std::allocator<char>());
  moved.set_value(std::make_unique<int>(4));
  EXPECT_EQ(*moved.get_future().get(), 4);
}

TYPED_TEST(ThreadsConformance, ExceptionsTravel) {
  typename TypeParam::template promise<int> promise;
  promise.set_exception(std::make_exception_ptr(std::out_of_range("far")));
  auto future = promise.get_future().share();
  auto copy = future;
  EXPECT_THROW(future.get(), std::out_of_range);
  EXPECT_THROW(copy.get(), std::out_of_range);
  auto thrown = TypeParam::async(std::launch::async, [] { throw std::runtime_error("no"); });
  EXPECT_THROW(thrown.get(), std::runtime_error);
}

TYPED_TEST(ThreadsConformance, MisuseThrowsTheSameErrors) {
  using promise = typename TypeParam::template promise<int>;
  using future = typename TypeParam::template future<int>;
  using task = typename TypeParam::template packaged_task<int()>;
  using errc = std::future_errc;

  promise once;
  future kept = once.get_future();
  EXPECT_EQ(future_error_of([&] { (void)once.get_future(); }), errc::future_already_retrieved);
  once.set_value(1);
  EXPECT_EQ(future_error_of([&] { once.set_value(2); }), errc::promise_already_satisfied);
  const auto error = std::make_exception_ptr(std::runtime_error("late"));
  EXPECT_EQ(future_error_of([&] { once.set_exception(error); }), errc::promise_already_satisfied);
  EXPECT_EQ(kept.get(), 1);

  promise moved_from;
  const promise target = std::move(moved_from);
  EXPECT_EQ(future_error_of([&] { moved_from.set_value(1); }), errc::no_state);
  EXPECT_EQ(future_error_of([&] { (void)moved_from.get_future(); }), errc::no_state);

  task none;
  EXPECT_FALSE(none.valid());
  EXPECT_EQ(future_error_of([&] { none(); }), errc::no_state);
  task twice([] { return 1; });
  twice();
  EXPECT_EQ(future_error_of([&] { twice(); }), errc::promise_already_satisfied);
}

TYPED_TEST(ThreadsConformance, BrokenPromiseIsTold) {
  using errc = std::future_errc;
  typename TypeParam::template future<int> future;
  {
    typename TypeParam::template promise<int> promise;
    future = promise.get_future();
  }
  EXPECT_EQ(future_error_of([&] { future.get(); }), errc::broken_promise);
  {
    typename TypeParam::template promise<int> first;
    future = first.get_future();
    first = typename TypeParam::template promise<int>();
  }
  EXPECT_EQ(future_error_of([&] { future.get(); }), errc::broken_promise);
  {
    typename TypeParam::template packaged_task<int()> task([] { return 1; });
    future = task.get_future();
  }
  EXPECT_EQ(future_error_of([&] { future.get(); }), errc::broken_promise);
}

TYPED_TEST(ThreadsConformance, AThrowingCopyLeavesThePromiseUnsatisfied) {
  struct Fragile {
    Fragile() = default;
    Fragile(const Fragile& other) : throws(other.throws) {
      if (throws) throw std::runtime_error("copy");
    }
    bool throws = false;
  };
  typename TypeParam::template promise<Fragile> promise;
  Fragile value;
  value.throws = true;
  EXPECT_THROW(promise.set_value(value), std::runtime_error);
}

TYPED_TEST(ThreadsConformance, SharedFutureServesManyThreads) {
  typename TypeParam::template promise<int> promise;
  typename TypeParam::template shared_future<int> shared = promise.get_future();
  std::atomic<int> sum{0};
  {
    const auto add = [&sum, shared] { sum += shared.get(); };
    const std::jthread first(add);
    const std::jthread second(add);
    promise.set_value(21);
  }
  EXPECT_EQ(sum, 42);
  EXPECT_TRUE(shared.valid());
  EXPECT_EQ(&shared.get(), &shared.get());
}

TYPED_TEST(ThreadsConformance, PackagedTaskRunsResetsAndMoves) {
  int calls = 0;
  const auto work = [&calls](int x) { return ++calls * x; };
  typename TypeParam::template packaged_task<int(int)> task(work);
  auto first = task.get_future();
  task(10);
  EXPECT_EQ(first.get(), 10);
  task.reset();
  auto second = task.get_future();
  typename TypeParam::thread(std::move(task), 10).join();
  EXPECT_EQ(second.get(), 20);
  EXPECT_FALSE(task.valid());

  typename TypeParam::template packaged_task<int&(int&)> refer([](int& x) -> int& { return x; });
  refer(calls);
  EXPECT_EQ(&refer.get_future().get(), &calls);
  typename TypeParam::template packaged_task<void()> ignore([] { return 1; });
  ignore();
  ignore.get_future().get();
}

TYPED_TEST(ThreadsConformance, ResultsAtThreadExitComeAfterTheThreadsOwn) {
  typename TypeParam::template promise<int> promise;
  auto future = promise.get_future();
  typename TypeParam::template packaged_task<int()> task([] { return 2; });
  auto task_future = task.get_future();
  typename TypeParam::latch looked(1);
  typename TypeParam::latch promised(1);
  typename TypeParam::thread thread([&] {
    promise.set_value_at_thread_exit(1);
    task.make_ready_at_thread_exit();
    EXPECT_EQ(future_error_of([&] { promise.set_value(3); }),
              std::future_errc::promise_already_satisfied);
    promised.count_down();
    looked.wait();
  });
  promised.wait();
  EXPECT_EQ(future.wait_for(kMoment), std::future_status::timeout);
  looked.count_down();
  EXPECT_EQ(future.get() + task_future.get(), 3);
  thread.join();
}

TYPED_TEST(ThreadsConformance, AsyncRunsElsewhereOrLater) {
  const auto here = std::this_thread::get_id();
  const auto where = [] { return std::this_thread::get_id(); };
  EXPECT_NE(TypeParam::async(std::launch::async, where).get(), here);
  auto later = TypeParam::async(std::launch::deferred, where);
  EXPECT_EQ(later.wait_for(kForever), std::future_status::deferred);
  EXPECT_EQ(later.get(), here);
  auto shared = TypeParam::async(std::launch::deferred, where).share();
  shared.wait();
  EXPECT_EQ(shared.wait_for(kMoment), std::future_status::ready);
  EXPECT_EQ(TypeParam::async([](std::unique_ptr<int> p, int q) { return *p + q; },
                             std::make_unique<int>(1), 2)
                .get(),
            3);
}

TYPED_TEST(ThreadsConformance, AsyncFutureWaitsWhenItEnds) {
  std::atomic<bool> finished{false};
  {
    typename TypeParam::latch started(1);
    const auto future = TypeParam::async(std::launch::async, [&] {
      started.count_down();
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      finished = true;
    });
    started.wait();
  }
  EXPECT_TRUE(finished);
}

TEST(ThreadName, IsTheKernelsNameCutToItsLimit) {
  char name[32] = {};
  lockweave::thread(lockweave::thread_name{"a_rather_long_name"}, [&] {
    pthread_getname_np(pthread_self(), name, sizeof(name));
  }).join();
  EXPECT_STREQ(name, "a_rather_long_n");
}

TEST(PackagedTask, DeducesItsSignature) {
  lockweave::packaged_task from_lambda([](int x) mutable noexcept { return x; });
  static_assert(std::is_same_v<decltype(from_lambda), lockweave::packaged_task<int(int)>>);
  lockweave::packaged_task from_function(+[](char) {});
  static_assert(std::is_same_v<decltype(from_function), lockweave::packaged_task<void(char)>>);
}

TEST(ThreadDeathTest, JoinableThreadMustNotEnd) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(lockweave::thread([] {}), "");
}
