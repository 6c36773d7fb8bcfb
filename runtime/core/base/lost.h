// runtime/core/base/lost.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the runtime had to give up, counted by kind. Whoever drops something says so here; the record
// writer writes the counts at the end of the process, and the command tells them. Nothing else keeps
// a count of its own.
//
// Thread-safety: any thread, any time, signal handlers and the time before main too: relaxed atomic
// additions that order nothing. Cost: one locked addition, on paths that have just failed.
#pragma once

#include <cstdint>

#include "model/loss.h"

namespace lockweave::core {

using model::Loss;

void count_lost(Loss kind, std::uint64_t count = 1);
std::uint64_t lost(Loss kind);
// In a child of fork: what was lost is told by the parent's record.
void forget_lost_after_fork();

}  // namespace lockweave::core
