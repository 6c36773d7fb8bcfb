// runtime/core/cycle_count.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// At the process's end: how many lock-order cycles that can deadlock did this process show? The same
// graph and filters as the command line tool uses, on the live tables instead of the record.
#pragma once

#include <cstdint>

namespace lockweave::core {

std::uint64_t count_lock_order_cycles();

// With halt_on_error: ends the process if there is one, as `submit` does at an error. To be called when
// a nesting is new; then the cost is a search of the whole graph each time. verdict.cc.
void halt_at_cycle();

}  // namespace lockweave::core
