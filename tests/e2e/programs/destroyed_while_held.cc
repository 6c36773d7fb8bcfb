// tests/e2e/programs/destroyed_while_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An object is deleted while its own mutex is locked: whoever waits for it, or unlocks it later,
// touches freed memory.
#include "primitives.h"

namespace {
struct Account {
  lib::mutex mutex;
  int balance = 0;
};

int close_account(Account* account) {
  account->mutex.lock();
  int rest = account->balance;
  delete account;  // expect: destroyed-while-held
  return rest;
}
}  // namespace

int main() { return close_account(new Account); }
