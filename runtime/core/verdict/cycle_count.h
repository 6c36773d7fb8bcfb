// runtime/core/verdict/cycle_count.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// At the process's end: how many lock-order cycles that can deadlock did this process show? The same
// graph and filters as the command line tool uses, on the live tables instead of the record.
#pragma once

#include <cstdint>

namespace lockweave::core {

std::uint64_t count_lock_order_cycles();

}  // namespace lockweave::core
