// instrumented_cases/10_production_worker/worker.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A worker as a service has one: jobs are handed in, errors come out, stop() finishes what was
// begun and may be called twice. All it shares lies behind one mutex, and it joins with no lock
// held.
#include <deque>
#include <exception>
#include <functional>
#include <stdexcept>
#include <utility>

#include "instrumented_cases/support/lib.h"

namespace {
class Worker {
 public:
  using Job = std::function<void()>;

  Worker() : thread_([this] { work(); }) {}
  ~Worker() { stop(); }

  void submit(Job job) {
    const std::lock_guard guard(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }
  void stop() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
      changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }
  // The first error of a job, once.
  std::exception_ptr take_error() {
    const std::lock_guard guard(mutex_);
    return std::exchange(error_, nullptr);
  }

 private:
  void work() {
    while (const Job job = next_job()) {
      try {
        job();
      } catch (...) {
        const std::lock_guard guard(mutex_);
        if (error_ == nullptr) error_ = std::current_exception();
      }
    }
  }
  // Empty when it is time to stop and nothing is left to do.
  Job next_job() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return {};
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  lib::mutex mutex_;
  lib::condition_variable changed_;
  std::deque<Job> jobs_;
  std::exception_ptr error_;
  bool stopping_ = false;
  lib::thread thread_;  // last: it begins when all else is there
};
}  // namespace

int main() {
  int done = 0;
  Worker worker;
  for (int i = 0; i < 3; ++i) worker.submit([&done] { ++done; });
  worker.submit([] { throw std::runtime_error("no paper"); });
  worker.stop();
  worker.stop();
  return done == 3 && worker.take_error() != nullptr ? 0 : 1;
}
