// tests/e2e/consumer/project/deposit_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>
#include <stdlib.h>

#include "bank.h"

TEST(Deposit, Works) { deposit(); }
TEST(Deposit, LeaksWhenAsked) {
  if (getenv("BANK_LEAKS") != nullptr) leak();
}
