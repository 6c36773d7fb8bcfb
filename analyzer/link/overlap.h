// analyzer/link/overlap.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can run while a thread is alive, in the thread that spawned it and those above: what stands
// between the spawn and the join, in the spawner and, when the thread outlives it, in its callers.
// `server.start(); ...; server.stop();` is understood where the handle has a name in the caller.
// Cost: functions + calls, times the number of roots; past kOverlapMax everything overlaps.
// Thread-safety: none for find_overlaps; Program::parallel only reads.
#pragma once

#include "analyzer/link/effects.h"

namespace lockweave::analyzer::link {

void find_overlaps(Context& context);

}  // namespace lockweave::analyzer::link
