// tests/unit/runtime/types/queue_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <memory>
#include <numeric>
#include <vector>

#include "libraries.h"

namespace {

using lockweave::joinable_queue;
using lockweave::lifo_queue;
using lockweave::priority_queue;
using lockweave::queue;
using lockweave::queue_closed;

template <class Queue>
std::vector<int> drain(Queue& from) {
  std::vector<int> values;
  while (const std::optional<int> value = from.try_get()) values.push_back(*value);
  return values;
}

}  // namespace

TEST(Queue, GivesOutInItsOrder) {
  queue<int> fifo;
  lifo_queue<int> lifo;
  priority_queue<int> greatest;
  priority_queue<int, std::greater<int>> least;
  for (const int value : {2, 3, 1}) {
    fifo.put(value);
    lifo.put(value);
    greatest.put(value);
    least.put(value);
  }
  EXPECT_EQ(drain(fifo), (std::vector{2, 3, 1}));
  EXPECT_EQ(drain(lifo), (std::vector{1, 3, 2}));
  EXPECT_EQ(drain(greatest), (std::vector{3, 2, 1}));
  EXPECT_EQ(drain(least), (std::vector{1, 2, 3}));
}

TEST(Queue, BoundIsKept) {
  queue<int> two(2);
  EXPECT_EQ(two.capacity(), 2U);
  EXPECT_TRUE(two.try_put(1));
  EXPECT_TRUE(two.put_for(2, kForever));
  EXPECT_FALSE(two.try_put(3));
  EXPECT_FALSE(two.put_for(3, kMoment));
  EXPECT_FALSE(two.put_until(3, std::chrono::system_clock::now() + kMoment));
  EXPECT_EQ(drain(two), (std::vector{1, 2}));
}

TEST(Queue, EmptyIsToldInTime) {
  queue<int> none;
  EXPECT_EQ(none.try_get(), std::nullopt);
  EXPECT_EQ(none.get_for(kMoment), std::nullopt);
  EXPECT_EQ(none.get_until(std::chrono::system_clock::now() + kMoment), std::nullopt);
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.closed());
}

TEST(Queue, CloseLetsTheRestOutAndNothingIn) {
  queue<int> jobs(2);
  jobs.put(1);
  jobs.put(2);
  jobs.close();
  jobs.close();
  EXPECT_TRUE(jobs.closed());
  EXPECT_THROW(jobs.put(3), queue_closed);
  EXPECT_THROW(jobs.try_put(3), queue_closed);
  EXPECT_THROW(jobs.put_for(3, kMoment), queue_closed);
  EXPECT_EQ(jobs.get(), 1);
  EXPECT_EQ(jobs.get_for(kForever), 2);
  EXPECT_EQ(jobs.get(), std::nullopt);
  EXPECT_EQ(jobs.get_for(kForever), std::nullopt);
}

TEST(Queue, CloseWakesAllWhoWait) {
  queue<int> empty;
  queue<int> full(1);
  full.put(1);
  const std::jthread consumer([&] { EXPECT_EQ(empty.get(), std::nullopt); });
  const std::jthread timed([&] { EXPECT_EQ(empty.get_for(kForever), std::nullopt); });
  const std::jthread producer([&] { EXPECT_THROW(full.put(2), queue_closed); });
  empty.close();
  full.close();
}

TEST(Queue, WhatIsNotPutIsNotMovedFrom) {
  queue<std::unique_ptr<int>> one(1);
  one.put(std::make_unique<int>(1));
  auto value = std::make_unique<int>(2);
  EXPECT_FALSE(one.try_put(std::move(value)));
  EXPECT_FALSE(one.put_for(std::move(value), kMoment));
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(**one.get(), 1);
}

TEST(Queue, ManyProducersAndConsumersLoseNothing) {
  constexpr int kEach = 2000;
  queue<int> jobs(3);
  std::atomic<long> sum{0};
  {
    std::vector<std::jthread> consumers;
    for (int i = 0; i < 3; ++i) {
      consumers.emplace_back([&] {
        while (const auto job = jobs.get()) sum += *job;
      });
    }
    {
      std::vector<std::jthread> producers;
      for (int i = 0; i < 3; ++i) {
        producers.emplace_back([&] {
          for (int job = 1; job <= kEach; ++job) jobs.put(job);
        });
      }
    }
    jobs.close();
  }
  EXPECT_EQ(sum, 3L * kEach * (kEach + 1) / 2);
}

TEST(Queue, ThrowingCopyPutsNothing) {
  struct Fragile {
    Fragile() = default;
    Fragile(const Fragile&) { throw std::runtime_error("copy"); }
    Fragile& operator=(const Fragile&) = default;
  };
  queue<Fragile> jobs;
  const Fragile value;
  EXPECT_THROW(jobs.put(value), std::runtime_error);
  EXPECT_TRUE(jobs.empty());
  jobs.close();  // the queue is not left locked
}

TEST(JoinableQueue, JoinWaitsForEveryTask) {
  joinable_queue<int> jobs;
  jobs.join();  // nothing to do
  std::atomic<int> finished{0};
  const std::jthread consumer([&] {
    while (jobs.get()) {
      ++finished;
      jobs.task_done();
    }
  });
  for (int i = 0; i < 100; ++i) jobs.put(i);
  jobs.join();
  EXPECT_EQ(finished, 100);
  jobs.close();
}

TEST(JoinableQueue, TaskDoneTooOftenIsAnError) {
  joinable_queue<int> jobs;
  EXPECT_THROW(jobs.task_done(), std::logic_error);
  jobs.put(1);
  jobs.task_done();  // finished without being taken out: Python allows it, too
  EXPECT_THROW(jobs.task_done(), std::logic_error);
}
