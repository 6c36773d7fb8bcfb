// tests/e2e/consumer/project/bank.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "bank.h"

#include <thread>

#include "lockweave/annotations.h"

namespace {
std::mutex accounts;
std::mutex journal;
std::mutex leaked;
}  // namespace

void deposit() {
  std::lock_guard<std::mutex> outer(accounts);
  std::lock_guard<std::mutex> inner(journal);
}

void audit() {
  std::lock_guard<std::mutex> outer(journal);
  std::lock_guard<std::mutex> inner(accounts);
}

// A thread that ends with a lock in hand.
void leak() {
  LOCKWEAVE_NAME(&leaked, "leaked");
  std::thread([] { leaked.lock(); }).join();
}
