// instrumented_cases/10_production_worker/stop_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// stop() waits for the worker's end with the lock held that the worker needs for its last look at
// the list of jobs.
#include <deque>

#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"

namespace {
class Worker {
 public:
  void start() {
    thread_ = lib::thread([this] { work(); });
  }
  void stop() {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    next_step();
    // expect-code: blocking-under-lock
    thread_.join();  // expect-either-run: deadlock
  }

 private:
  void work() {
    await_step(1);
    const std::lock_guard guard(mutex_);  // expect-either-run: deadlock
    jobs_.clear();
  }
  lib::mutex mutex_;
  std::deque<int> jobs_;
  bool stopping_ = false;
  lib::thread thread_;
};
}  // namespace

int main() {
  Worker worker;
  worker.start();
  worker.stop();
}
