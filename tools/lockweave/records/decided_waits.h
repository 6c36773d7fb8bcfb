// tools/lockweave/records/decided_waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits under a lock of which only the source can tell whether they are harmless.
//
// The *door* is the place where the waiter took the lock under which it waits. Who posts, and took that
// lock at the same door, may have been told there that it need not wait (runtime:
// detectors/waits_under_locks.h). The runtime compares machine code, in which inlined and unrolled
// copies of one line are several places; what is left of such findings comes with these variants:
//
//   decided   the waiter signals others under the lock; the steps after the first are the poster's
//             takings: the finding stands if one of them is elsewhere than at the door.
//   room      the semaphore began with one permit; the steps after the first are places that the
//             poster had passed before it posted: the finding stands if none is the door.
//
// Those that stand become `post`, with the wait and one taking. Limit: without line numbers no two places
// are one, and the finding stands.
#pragma once

#include <vector>

#include "tools/lockweave/records/symbolized_records.h"

namespace lockweave::cli {

void judge_decided_waits(std::vector<RawFinding>& raw_findings, SymbolizedRecords& symbolized);

}  // namespace lockweave::cli
