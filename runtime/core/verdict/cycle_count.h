// runtime/core/verdict/cycle_count.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// At the process's end: how many lock-order cycles that can deadlock did this process show? The same
// graph and filters as the command line tool uses, on the live tables instead of the record.
// Cost: bounded, about a second and 100 MB of the arena at worst; a search that met its limit says so.
#pragma once

#include <cstdint>

namespace lockweave::core {

inline constexpr std::uint32_t kCountedCycles = 1000;  // of a group of locks

struct CycleCount {
  std::uint64_t reported = 0;  // at most `enough` of each group of locks
  bool cut = false;            // not all orders were searched: there may be more
};
CycleCount count_lock_order_cycles(std::uint32_t enough);

}  // namespace lockweave::core
