// instrumented_cases/09_thread_subclass/started_by_constructor.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// The thread is started before its object is complete: run() may read the member that the
// constructor has yet to set.
#include "instrumented_cases/support/steps.h"
#include "lockweave/managed_thread.h"
#include "lockweave/shared.h"

namespace {
class Clock : public lockweave::runnable {
 public:
  Clock() {
    start();
    hours_ = 24;
    next_step();
  }

 private:
  void run() override {
    await_step(1);
    if (hours_ == 24) next_step();  // expect: data-race
  }
  lockweave::shared<int> hours_{lockweave::variable_name{"hours"}, 12};
};
}  // namespace

int main() {
  Clock clock;
  clock.join();
}
