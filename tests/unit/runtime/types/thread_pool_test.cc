// tests/unit/runtime/types/thread_pool_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <future>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "libraries.h"

namespace {

using lockweave::thread_pool;
using lockweave::thread_pool_shutdown;

static_assert(!std::is_copy_constructible_v<thread_pool>);
static_assert(!std::is_move_constructible_v<thread_pool>);

std::vector<int> up_to(int count) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

TEST(ThreadPool, GivesResultsExceptionsAndReferences) {
  thread_pool pool(2);
  EXPECT_EQ(pool.size(), 2U);
  auto sum = pool.submit([](std::unique_ptr<int> a, int b) { return *a + b; },
                         std::make_unique<int>(2), 3);
  auto failed = pool.submit([] { throw std::out_of_range("far"); });
  int object = 0;
  auto reference = pool.submit([](int& it) -> int& { return it; }, std::ref(object));
  EXPECT_EQ(sum.get(), 5);
  EXPECT_THROW(failed.get(), std::out_of_range);
  EXPECT_EQ(&reference.get(), &object);
}

TEST(ThreadPool, WorkersAreNamed) {
  thread_pool pool(1, "indexer");
  EXPECT_EQ(pool.submit([] { return lockweave::current_thread().name(); }).get(), "indexer-0");
}

TEST(ThreadPool, EachWorkerBeginsWithTheInitializer) {
  static thread_local int prepared = 0;
  thread_pool pool(2, "pool", [] { ++prepared; });
  for (int i = 0; i < 8; ++i) EXPECT_EQ(pool.submit([] { return prepared; }).get(), 1);
}

TEST(ThreadPool, AnInitializerThatThrowsShutsThePoolDown) {
  lockweave::latch submitted{1};
  thread_pool pool(1, "pool", [&] {
    submitted.wait();
    throw std::runtime_error("no database");
  });
  auto never = pool.submit([] { return 1; });
  submitted.count_down();
  EXPECT_THROW(never.get(), lockweave::future_cancelled);
  EXPECT_THROW(pool.submit([] {}), thread_pool_shutdown);
}

TEST(ThreadPool, NoThreadsCountAsOne) {
  thread_pool pool(0);
  EXPECT_EQ(pool.size(), 1U);
  pool.submit([] {}).get();
}

TEST(ThreadPool, MapKeepsTheOrder) {
  thread_pool pool(4);
  std::vector<int> numbers = up_to(500);
  const auto squares = pool.map([](int x) { return x * x; }, numbers);
  for (int x : numbers) EXPECT_EQ(squares[static_cast<std::size_t>(x)], x * x);
  pool.map([](int& x) { ++x; }, numbers);  // the elements themselves
  EXPECT_EQ(numbers.back(), 500);
  const auto flipped = pool.map([](bool x) { return !x; }, std::vector<bool>{true, false});
  EXPECT_EQ(flipped, (std::vector<bool>{false, true}));
  EXPECT_TRUE(pool.map([](int x) { return x; }, std::vector<int>()).empty());
}

TEST(ThreadPool, MapFinishesAllBeforeItThrows) {
  thread_pool pool(2);
  std::atomic<int> calls{0};
  const auto fail_once = [&](int x) {
    ++calls;
    if (x == 3) throw std::runtime_error("three");
  };
  EXPECT_THROW(pool.map(fail_once, up_to(50)), std::runtime_error);
  EXPECT_EQ(calls, 50);
}

TEST(ThreadPool, DestructorDoesWhatWasSubmitted) {
  std::atomic<int> done{0};
  {
    thread_pool pool(2);
    for (int i = 0; i < 100; ++i) static_cast<void>(pool.submit([&] { ++done; }));
  }
  EXPECT_EQ(done, 100);
}

TEST(ThreadPool, SubmitAfterShutdownThrows) {
  thread_pool pool(2);
  pool.shutdown();
  pool.shutdown();
  EXPECT_THROW(static_cast<void>(pool.submit([] {})), thread_pool_shutdown);
  EXPECT_THROW(pool.map([](int) {}, up_to(2)), thread_pool_shutdown);
}

TEST(ThreadPool, ShutdownCanCancelWhatHasNotBegun) {
  thread_pool pool(1);
  lockweave::latch begun(1);
  lockweave::latch go_on(1);
  auto first = pool.submit([&] {
    begun.count_down();
    go_on.wait();
  });
  auto second = pool.submit([] { return 2; });
  begun.wait();
  pool.shutdown(false, true);
  EXPECT_THROW(second.get(), lockweave::future_cancelled);
  EXPECT_EQ(first.wait_for(kMoment), std::future_status::timeout);
  go_on.count_down();
  first.get();
}

TEST(ThreadPool, ShutdownWithoutWaitingStillDoesTheWork) {
  lockweave::latch go_on(1);
  std::atomic<int> done{0};
  {
    thread_pool pool(2);
    for (int i = 0; i < 10; ++i) {
      static_cast<void>(pool.submit([&] {
        go_on.wait();
        ++done;
      }));
    }
    pool.shutdown(false);
    EXPECT_EQ(done, 0);
    go_on.count_down();
  }
  EXPECT_EQ(done, 10);
}

TEST(ThreadPool, SeveralMayShutItDown) {
  thread_pool pool(3);
  std::atomic<int> done{0};
  for (int i = 0; i < 30; ++i) static_cast<void>(pool.submit([&] { ++done; }));
  const auto shut_down = [&] {
    pool.shutdown();
    EXPECT_EQ(done, 30);
  };
  const std::jthread first(shut_down);
  const std::jthread second(shut_down);
}

TEST(ThreadPool, ItsThreadsCannotWaitForThemselves) {
  thread_pool pool(2);
  pool.submit([&] { EXPECT_THROW(pool.shutdown(), std::system_error); }).get();
}

TEST(ThreadPool, CopiesOfTheWorkAreGoneWhenItIsDone) {
  auto owned = std::make_shared<int>(1);
  thread_pool pool(1);
  pool.submit([owned] {}).get();
  pool.shutdown();
  EXPECT_EQ(owned.use_count(), 1);
}
