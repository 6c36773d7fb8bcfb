// tools/lockweave/records/process_merge.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock-order cycles that no single process shows: one test takes a before b, another b before a.
// Locks of different processes are one lock if they have
//   1. the same place in a file or memory that the processes share; else
//   2. the same name given by the user; else
//   3. the same variable of the same module, or of two modules into which one library was linked
//      (same name, and a common source file in which it is acquired); else
//   4. the same kind and a common line at which they are acquired (their class).
// Such a cycle is predicted, a warning: two objects of one class need not be one object.
// A ring whose edges all occur in one process is left to that process, which knows more (threads,
// creation and joins), whether it reports or filters it.
#pragma once

#include "tools/lockweave/records/lock_order.h"
#include "tools/lockweave/records/symbolized_records.h"

namespace lockweave::cli {

CycleHarvest cycles_across(SymbolizedRecords& symbolized, const EdgeJudge& judge);

}  // namespace lockweave::cli
