// tests/e2e/consumer/project/good_and_bad.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "bank.h"

TEST(Bank, Good) { deposit(); }
TEST(Bank, Bad) { leak(); }
