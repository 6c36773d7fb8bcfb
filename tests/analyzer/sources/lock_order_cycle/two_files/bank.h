// tests/analyzer/sources/lock_order_cycle/two_files/bank.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once
#include <mutex>

struct Bank {
  std::mutex accounts;
  std::mutex journal;
  int entries = 0;
};
extern Bank bank;

void post();
void audit();
