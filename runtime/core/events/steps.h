// runtime/core/events/steps.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps of a report that say what a thread has taken, and what it waits for.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::core {

// `thread` took `node`, some time ago.
ReportStep step_taken(ThreadState& thread, Acquisition& node);
// `thread` is in the wait it has published.
ReportStep step_of_wait(ThreadState& thread, const WaitView& wait);

inline bool is_timed(const WaitView& wait) { return (wait.flags & LW_TIMED) != 0; }
inline bool is_shared(const WaitView& wait) { return (wait.flags & LW_SHARED) != 0; }
// A condition wait that does not give its mutex back.
inline bool keeps_mutex(const WaitView& wait) { return (wait.flags & LW_KEEPS) != 0; }
// A destruction that waits until those who wait have left.
inline bool is_destruction(const WaitView& wait) { return (wait.flags & LW_LEAVING) != 0; }

}  // namespace lockweave::core
