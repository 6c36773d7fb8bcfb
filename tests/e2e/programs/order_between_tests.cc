// tests/e2e/programs/order_between_tests.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A test fixture is made and destroyed again and again, most likely at the same place; each test has
// its own order of the locks, and the threads are those of one pool.
#include <memory>

#include "primitives.h"
#include "steps.h"

namespace {
struct Fixture {
  lib::mutex left;
  lib::mutex right;
};
std::unique_ptr<Fixture> fixture;

void nest(lib::mutex& outer, lib::mutex& inner) {
  std::lock_guard outer_guard(outer);
  std::lock_guard inner_guard(inner);
}

void first_worker() {
  nest(fixture->left, fixture->right);
  next_step();
}

void second_worker() {
  await_step(2);
  nest(fixture->right, fixture->left);
  next_step();
}
}  // namespace

int main() {
  fixture = std::make_unique<Fixture>();
  lib::thread one(first_worker);
  lib::thread two(second_worker);
  await_step(1);
  fixture.reset();
  fixture = std::make_unique<Fixture>();
  next_step();
  one.join();
  two.join();
}
