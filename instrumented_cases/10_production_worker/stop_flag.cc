// instrumented_cases/10_production_worker/stop_flag.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// stop() sets a flag, the worker reads it, and nothing lies between them: the worker may see it
// late, or never.
#include "instrumented_cases/support/lib.h"
#include "instrumented_cases/support/steps.h"
#include "lockweave/shared.h"

namespace {
class Worker {
 public:
  void start() {
    thread_ = lib::thread([this] { work(); });
  }
  void stop() {
    stopping_ = true;  // expect: data-race
    next_step();
    thread_.join();
  }

 private:
  void work() {
    while (!stopping_) {
      next_step();
      await_step(2);
    }
  }
  lockweave::shared<bool> stopping_{false};
  lib::thread thread_;
};
}  // namespace

int main() {
  Worker worker;
  worker.start();
  await_step(1);
  worker.stop();
}
