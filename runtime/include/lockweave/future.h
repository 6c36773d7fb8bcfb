// lockweave/future.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// promise, future, shared_future, packaged_task, async: std's types, their waits published to the
// runtime. Errors are std::future_error with std::future_errc, policies std::launch.
//
// Differences from std: a future and a promise must come from the same library, so replace all of
// `std::` in a program's futures, not a part. async() without a policy starts a thread, and defers
// the call when none can be started. An async future's destructor waits for its thread, as in std.
// More than std: futures can be cancelled, asked, and told to call back (detail/future_types.h), and
// taken as they come to be done (as_completed.h). A promise whose future was cancelled is satisfied.
// Thread-safety: as std (distinct shared_futures of one state may be used from distinct threads).
// Cost: one allocation for a state, with a mutex and a condition variable inside.
// Limit: needs exceptions.
#pragma once

#include <future>

#include "lockweave/detail/async.h"
#include "lockweave/detail/future_types.h"
#include "lockweave/detail/packaged_task.h"
#include "lockweave/detail/promise.h"

namespace lockweave {

using std::future_category;
using std::future_errc;
using std::future_error;
using std::future_status;
using std::launch;

}  // namespace lockweave
