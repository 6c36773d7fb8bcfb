// runtime/detectors/blockers.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who must act before a wait can end: the edges of the wait-for graph. Every edge is a necessary condition:
// of several holders all must act. Nobody is named for a wait with a time-out, nor for one that a cancellation
// may end.
// All are racy looks at other threads: confirm what you conclude.
#pragma once

#include "runtime/core/events/steps.h"

namespace lockweave::detectors {

template <class Visit>
void for_each_live_thread(Visit visit) {
  for (core::ThreadState* thread = core::newest_live_thread(); thread != nullptr;
       thread = core::live_after(*thread)) {
    if (!thread->finished.load(std::memory_order_acquire)) visit(*thread);
  }
}

// Where `thread` took `object`, the innermost if several; nullptr: it does not hold it.
core::Acquisition* own_acquisition(const core::ThreadState& thread, const core::Object& object);

// Calls `visit` for each thread that must act before `wait` of `waiter` can end. A thread that has published
// no wait is asked for in the loader.
using BlockerVisitor = void (*)(void* context, core::ThreadState& blocker);
void for_each_blocker(const core::ThreadState& waiter, const core::WaitView& wait,
                      BlockerVisitor visit, void* context);
template <class Visit>
void for_each_blocker(const core::ThreadState& waiter, const core::WaitView& wait, Visit visit) {
  for_each_blocker(
      waiter, wait,
      [](void* context, core::ThreadState& blocker) { (*static_cast<Visit*>(context))(blocker); },
      &visit);
}
bool is_blocker(const core::ThreadState& waiter, const core::WaitView& wait,
                const core::ThreadState& other);

// Is the wait a cancellation point, and its thread cancelled? If it has cancellation disabled, this is
// too careful.
bool cancellation_may_end(const core::ThreadState& waiter, const core::WaitView& wait);

// The kernel follows the owners of priority-inheritance futexes and refuses a wait that would close a
// ring of such waits alone (EDEADLK).
bool kernel_refuses(const core::ThreadState& waiter, core::WaitView wait);

}  // namespace lockweave::detectors
