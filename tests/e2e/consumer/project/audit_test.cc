// tests/e2e/consumer/project/audit_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "bank.h"

TEST(Audit, Works) { audit(); }
