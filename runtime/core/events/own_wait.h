// runtime/core/events/own_wait.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

// In the child of a fork, when nobody is counted as waiting: the forking thread may be a handler that
// interrupted a published wait, and will go on waiting.
void keep_own_wait_after_fork(ThreadState& survivor);

}  // namespace lockweave::core
