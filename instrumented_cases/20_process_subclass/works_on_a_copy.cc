// instrumented_cases/20_process_subclass/works_on_a_copy.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// expect-none
// A process by subclass. run() works on the child's copy of the object: what it stores there the
// parent never sees, so the result is what run() returns.
#include "lockweave/process.h"

namespace {
class Adder : public lockweave::runnable_process {
 public:
  Adder(int a, int b) : a_(a), b_(b) {}
  int sum() const { return sum_; }

 private:
  int run() override {
    sum_ = a_ + b_;
    return sum_;
  }
  int a_;
  int b_;
  int sum_ = 0;
};
}  // namespace

int main() {
  Adder adder(20, 22);
  adder.start();
  adder.join();
  return adder.exitcode() == 42 && adder.sum() == 0 ? 0 : 1;
}
