// tests/unit/runtime/types/order_events_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What atomics, named threads, joins and timers tell the runtime. fake_hooks.cc is the runtime.
#include <functional>
#include <string>

#include "fake_hooks.h"
#include "libraries.h"

namespace {

using fake::Event;

class OrderEvents : public testing::Test {
 protected:
  void SetUp() override { fake::clear(); }
};

std::string calls_of(const std::function<void()>& body) {
  fake::clear();
  body();
  return fake::mine();
}

constexpr auto kNothing = "enter leave";
constexpr auto kReleases = "enter order_release leave";
constexpr auto kAcquires = "enter order_acquire leave";
constexpr auto kBoth = "enter order_release order_acquire leave";

struct Told {
  std::memory_order order;
  const char* update;
};
constexpr Told kOrders[] = {
    {std::memory_order_relaxed, kNothing},  {std::memory_order_consume, kAcquires},
    {std::memory_order_acquire, kAcquires}, {std::memory_order_release, kReleases},
    {std::memory_order_acq_rel, kBoth},     {std::memory_order_seq_cst, kBoth},
};

}  // namespace

TEST_F(OrderEvents, LoadsAndStoresOrderAsTheyAreAsked) {
  lockweave::atomic<int> value{1};
  EXPECT_EQ(fake::mine(), "");  // its life is not told: it has no destructor, as in std
  EXPECT_EQ(calls_of([&] { value.store(2, std::memory_order_relaxed); }), kNothing);
  EXPECT_EQ(calls_of([&] { value.store(2, std::memory_order_release); }), kReleases);
  EXPECT_EQ(calls_of([&] { value = 3; }), kReleases);
  EXPECT_EQ(fake::only("order_release", &value).kind, LW_ATOMIC);
  EXPECT_EQ(calls_of([&] { value.load(std::memory_order_relaxed); }), kNothing);
  EXPECT_EQ(calls_of([&] { value.load(std::memory_order_acquire); }), kAcquires);
  EXPECT_EQ(calls_of([&] { EXPECT_EQ(value, 3); }), kAcquires);
}

TEST_F(OrderEvents, UpdatesOrderAsTheyAreAsked) {
  lockweave::atomic<int> value{0};
  lockweave::atomic_flag flag;
  for (const Told& told : kOrders) {
    EXPECT_EQ(calls_of([&] { value.fetch_add(1, told.order); }), told.update);
    EXPECT_EQ(calls_of([&] { value.exchange(1, told.order); }), told.update);
    EXPECT_EQ(calls_of([&] { flag.test_and_set(told.order); }), told.update);
    int expected = 1;
    EXPECT_EQ(calls_of([&] { value.compare_exchange_strong(expected, 1, told.order); }),
              told.update);
  }
}

TEST_F(OrderEvents, FailedCompareExchangeOnlyLoads) {
  lockweave::atomic<int> value{0};
  int expected = 5;
  EXPECT_EQ(calls_of([&] {
              value.compare_exchange_strong(expected, 1, std::memory_order_acq_rel,
                                            std::memory_order_relaxed);
            }),
            kReleases);
  expected = 5;
  EXPECT_EQ(calls_of([&] {
              value.compare_exchange_weak(expected, 1, std::memory_order_relaxed,
                                          std::memory_order_acquire);
            }),
            kAcquires);
}

TEST_F(OrderEvents, AtomicWaitTakesOverAfterIt) {
  const lockweave::atomic<int> value{0};
  EXPECT_EQ(calls_of([&] { value.wait(1); }), kAcquires);
  EXPECT_EQ(calls_of([&] { value.wait(1, std::memory_order_relaxed); }), kNothing);
}

TEST_F(OrderEvents, ThreadNamesAreToldInFull) {
  const std::string name = "a name that is longer than the kernel's";
  void* handle = nullptr;
  lockweave::thread thread(lockweave::thread_name{name.c_str()}, [&] {
    handle = reinterpret_cast<void*>(pthread_self());
    lockweave::current_thread().set_name("renamed");
  });
  EXPECT_EQ(thread.name().empty(), false);
  thread.join();
  const auto told = fake::of(handle);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].text, name);
  EXPECT_EQ(told[1].text, "renamed");
  fake::clear();
  lockweave::thread([] {}).join();  // "Thread-1" is for people who ask, not for reports
  for (const Event& event : fake::all()) EXPECT_NE(event.call, "thread_name");
}

TEST_F(OrderEvents, SecondJoinerWaitsForTheFirst) {
  lockweave::latch end(1);
  lockweave::managed_thread thread([&] { end.wait(); });
  const auto join = [&] { thread.join(); };
  fake::clear();
  std::thread first(join);
  std::thread second(join);
  const auto blocked = [] {
    for (const Event& event : fake::all()) {
      if (event.call == "block_begin" && event.kind == LW_LATCH && event.flags == LW_CANCELABLE)
        return true;
    }
    return false;
  };
  while (!blocked()) std::this_thread::yield();  // the latch, or the other joiner
  end.count_down();
  first.join();
  second.join();
  EXPECT_FALSE(thread.joinable());
  EXPECT_EQ(calls_of([&] { thread.join(); }), "enter order_acquire leave");
}

TEST_F(OrderEvents, TimerOrdersItsFunctionAndItsJoin) {
  std::string inside;
  lockweave::timer timer(std::chrono::seconds(0), [&] { inside = fake::mine(); });
  EXPECT_EQ(fake::of(&timer).at(0).call, "object_begin");
  fake::clear();
  timer.start();
  timer.join();
  EXPECT_NE(inside.find("order_acquire leave"),
            std::string::npos);  // the function runs in the open
  EXPECT_EQ(fake::of(&timer).front().call, "notify");
  EXPECT_EQ(calls_of([&] { timer.join(); }), kAcquires);
}

// LW_LOOK is 2, and so on: the kinds of the accesses, in order.
std::string accesses_of(const std::function<void()>& body) {
  fake::clear();
  body();
  std::string kinds;
  for (const Event& event : fake::all()) {
    if (event.call == "access") kinds += std::to_string(event.flags);
  }
  return kinds;
}

TEST_F(OrderEvents, VariablesTellLooksFromUpdates) {
  static_assert(LW_WRITE == 1 && LW_LOOK == 2 && LW_UPDATE == 3 && LW_CHANGE == 4 && LW_END == 5);
  lockweave::shared<int> sum{0};
  lockweave::shared<std::string> text{"a"};
  EXPECT_EQ(accesses_of([&] { EXPECT_EQ(sum, 0); }), "2");
  EXPECT_EQ(accesses_of([&] { sum = 1; }), "1");
  EXPECT_EQ(accesses_of([&] { sum += 1, ++sum, sum--; }), "333");
  EXPECT_EQ(accesses_of([&] { sum = sum + 1; }), "21");
  EXPECT_EQ(accesses_of([&] { sum.exchange(0); }), "4");
  EXPECT_EQ(accesses_of([&] { EXPECT_EQ(text.read()->size(), 1U); }), "2");
  EXPECT_EQ(accesses_of([&] { text.write()->clear(); }), "4");
  EXPECT_EQ(accesses_of([&] { const lockweave::shared<int> gone{1}; }), "5");
}

TEST_F(OrderEvents, QueueBetweenProcessesOrdersThreads) {
  lockweave::process_queue<int> jobs(2);
  EXPECT_EQ(calls_of([&] { jobs.put(1); }), "enter order_acquire order_release leave");
  const auto put = fake::all();
  EXPECT_EQ(calls_of([&] { jobs.get(); }), "enter order_acquire order_release leave");
  const auto got = fake::all();
  EXPECT_EQ(got[1].object, put[2].object);  // a get comes after the puts
  EXPECT_EQ(got[2].object, put[1].object);  // and a put after the gets, but no get after another
  EXPECT_EQ(calls_of([&] { jobs.task_done(); }), kReleases);
  EXPECT_EQ(calls_of([&] { jobs.join(); }), kAcquires);
  calls_of([&] { EXPECT_THROW(jobs.task_done(), std::logic_error); });
  const auto told = fake::all();
  EXPECT_EQ(told.at(1).text, "queue-imbalance/task-done-too-often");
}
