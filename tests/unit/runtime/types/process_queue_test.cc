// tests/unit/runtime/types/process_queue_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <type_traits>

#include "libraries.h"

namespace {

using lockweave::process;
using lockweave::process_queue;
using lockweave::queue_closed;

struct Job {
  int number;
  double weight;
};
static_assert(!std::is_copy_constructible_v<process_queue<Job>>);
static_assert(!std::is_move_constructible_v<process_queue<Job>>);

template <class Body>
std::string error_of(Body body) {
  try {
    body();
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "";
}

// A name of this test process alone, removed at the end.
class Name {
 public:
  Name() : text_("/lockweave-test-" + std::to_string(getpid())) {}
  ~Name() { process_queue<int>::remove(text_); }
  const std::string& text() const { return text_; }

 private:
  const std::string text_;
};

int code_of(process child) {
  child.join();
  return child.exitcode().value();
}

}  // namespace

TEST(ProcessQueue, IsAQueueInOneProcessToo) {
  process_queue<int> jobs(2);
  EXPECT_EQ(jobs.capacity(), 2U);
  EXPECT_TRUE(jobs.empty());
  EXPECT_EQ(jobs.try_get(), std::nullopt);
  EXPECT_EQ(jobs.get_for(kMoment), std::nullopt);
  for (int i = 0; i < 7; ++i) {  // around the ring
    jobs.put(i);
    EXPECT_TRUE(jobs.try_put(i + 100));
    EXPECT_FALSE(jobs.try_put(0));
    EXPECT_FALSE(jobs.put_for(0, kMoment));
    EXPECT_FALSE(jobs.put_until(0, std::chrono::system_clock::now() + kMoment));
    EXPECT_EQ(jobs.size(), 2U);
    EXPECT_EQ(jobs.get(), i);
    EXPECT_EQ(jobs.get_for(kForever), i + 100);
  }
}

TEST(ProcessQueue, CloseLetsTheRestOutAndNothingIn) {
  process_queue<int> jobs(2);
  jobs.put(1);
  jobs.close();
  jobs.close();
  EXPECT_TRUE(jobs.closed());
  EXPECT_THROW(jobs.put(2), queue_closed);
  EXPECT_THROW(jobs.try_put(2), queue_closed);
  EXPECT_THROW(jobs.put_for(2, kMoment), queue_closed);
  EXPECT_EQ(jobs.get(), 1);
  EXPECT_EQ(jobs.get(), std::nullopt);
  EXPECT_EQ(jobs.get_for(kForever), std::nullopt);
}

TEST(ProcessQueue, CarriesWorkBetweenProcesses) {
  constexpr int kJobs = 2000;
  process_queue<Job> jobs(3);
  process_queue<Job> results(3);
  const auto work = [&] {
    while (const auto job = jobs.get()) {
      results.put({job->number, job->weight * 2});
      jobs.task_done();
    }
  };
  process first(work);
  process second(work);
  long sum = 0;
  {
    const std::jthread producer([&] {
      for (int i = 1; i <= kJobs; ++i) jobs.put({i, 0.5 * i});
      jobs.join();
      jobs.close();
    });
    for (int i = 0; i < kJobs; ++i) {
      const auto result = results.get();
      EXPECT_EQ(result->weight, result->number);
      sum += result->number;
    }
  }
  EXPECT_EQ(sum, long{kJobs} * (kJobs + 1) / 2);
  EXPECT_EQ(code_of(std::move(first)) + code_of(std::move(second)), 0);
}

TEST(ProcessQueue, TaskDoneTooOftenIsAnErrorInAnyProcess) {
  process_queue<int> jobs(2);
  EXPECT_THROW(jobs.task_done(), std::logic_error);
  jobs.put(1);
  EXPECT_FALSE(jobs.join_for(kMoment));
  EXPECT_EQ(code_of(process([&] { jobs.task_done(); })), 0);
  jobs.join();
  EXPECT_THROW(jobs.task_done(), std::logic_error);
}

// glibc's condition variables would hang the third put.
TEST(ProcessQueue, KilledWaiterHoldsNobodyUp) {
  process_queue<int> jobs(2);
  process victim([&] { jobs.get(); });
  while (victim.is_alive() && !victim.join_for(20 * kMoment)) victim.kill();
  process consumer([&] {
    for (int i = 0; i < 50; ++i) {
      if (jobs.get() != i) return 1;
    }
    return 0;
  });
  for (int i = 0; i < 50; ++i) jobs.put(i);
  EXPECT_EQ(code_of(std::move(consumer)), 0);
}

TEST(ProcessQueue, KilledInTheMiddleLeavesItUsable) {
  process_queue<int> jobs(4);
  process_queue<int> progress(1);
  for (int round = 0; round < 30; ++round) {
    process victim([&] {
      progress.put(1);
      for (int i = 0;; ++i) {
        jobs.try_put(i);
        jobs.try_get();
      }
    });
    EXPECT_EQ(progress.get(), 1);
    for (int i = 0; i < round * 50; ++i) jobs.try_put(-i);  // contend for the mutex
    victim.kill();
    victim.join();
    while (jobs.try_get()) continue;
    jobs.put(round);
    EXPECT_EQ(jobs.get_for(kForever), round);
    EXPECT_EQ(jobs.size(), 0U);
  }
}

TEST(ProcessQueue, NamedOnesAreSharedByName) {
  const Name name;
  auto made = process_queue<int>::create(name.text(), 3);
  auto opened = process_queue<int>::open(name.text());
  EXPECT_EQ(opened.capacity(), 3U);
  made.put(4);
  EXPECT_EQ(opened.get(), 4);
  EXPECT_EQ(code_of(process([&] { process_queue<int>::open(name.text()).put(5); })), 0);
  EXPECT_EQ(made.get(), 5);
  EXPECT_TRUE(process_queue<int>::remove(name.text()));
  EXPECT_FALSE(process_queue<int>::remove(name.text()));
  opened.put(6);  // who has opened it keeps it
  EXPECT_EQ(made.get(), 6);
}

TEST(ProcessQueue, NamesThatDoNotFitAreTold) {
  const Name name;
  const auto open = [&] { static_cast<void>(process_queue<int>::open(name.text())); };
  EXPECT_NE(error_of(open).find(name.text()), std::string::npos);
  const auto made = process_queue<int>::create(name.text(), 3);
  const auto create = [&] { static_cast<void>(process_queue<int>::create(name.text(), 3)); };
  EXPECT_NE(error_of(create).find("File exists"), std::string::npos);
  const auto as_job = [&] { static_cast<void>(process_queue<Job>::open(name.text())); };
  EXPECT_NE(error_of(as_job).find("values of 4 bytes, not of 16"), std::string::npos);
}

TEST(ProcessQueue, TooMuchMemoryIsToldWithTheAmount) {
  EXPECT_THROW(process_queue<int>(0), std::invalid_argument);
  EXPECT_NE(error_of([] { process_queue<int>(~std::size_t{0}); }).find("18446744073709551615"),
            std::string::npos);
  EXPECT_NE(error_of([] { process_queue<int>(std::size_t{1} << 50); }).find("bytes"),
            std::string::npos);
  const Name name;
  const auto create = [&] {
    static_cast<void>(process_queue<int>::create(name.text(), std::size_t{1} << 44));
  };
  EXPECT_NE(error_of(create).find(name.text()), std::string::npos);
  EXPECT_FALSE(process_queue<int>::remove(name.text()));  // nothing is left behind
}

TEST(ProcessQueue, ExhaustedAddressSpaceIsTold) {
#ifdef LOCKWEAVE_SANITIZED
  GTEST_SKIP() << "sanitizers need their address space";
#endif
  EXPECT_EQ(code_of(process([] {
              const rlimit little{rlim_t{1} << 30, rlim_t{1} << 30};
              setrlimit(RLIMIT_AS, &little);
              const auto make = [] { process_queue<int>(std::size_t{1} << 29); };
              return error_of(make).find("cannot map") != std::string::npos ? 0 : 1;
            })),
            0);
}
