// instrumented_cases/09_thread_subclass/started_when_complete.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// Whoever made the object starts it. start() orders: all that was set before is there in run(), and
// all that run() did is there after join().
#include "lockweave/managed_thread.h"
#include "lockweave/shared.h"

namespace {
class Clock : public lockweave::runnable {
 public:
  explicit Clock(int hours) { hours_ = hours; }
  int strokes() { return strokes_; }

 private:
  void run() override {
    for (int i = 0; i < hours_; ++i) ++strokes_;
  }
  lockweave::shared<int> hours_{0};
  lockweave::shared<int> strokes_{0};
};
}  // namespace

int main() {
  Clock clock(12);
  clock.start();
  clock.join();
  return clock.strokes() == 12 ? 0 : 1;
}
