// tests/e2e/consumer/project/bank.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <mutex>

// Two locks; each function takes both, not all in the same order.
void deposit();
void audit();
void leak();
