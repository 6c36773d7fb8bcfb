// runtime/detectors/thread_past.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a thread has done in its life: which locks it took, and where first; which condition variables
// it notified. A hash set per thread, in ThreadState::locks_taken.
//
// Thread-safety: noted by the thread itself; asked by any, also while the set grows: an outgrown one is
// left as it is. Cost: one probe. Memory: it grows with the number of different objects; without
// memory nothing more is noted.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

void note_taken(core::ThreadState& thread, core::Acquisition& node);
void note_notified(core::ThreadState& thread, core::Object& object);
// From now on, what was taken before is no longer recent.
void begin_new_turn(core::ThreadState& thread);

// Where it took the lock first; nullptr: never.
core::Acquisition* acquisition_of(const core::ThreadState& thread, const core::Object& lock);
// The same, if it was noted since the last new turn.
core::Acquisition* recent_acquisition_of(const core::ThreadState& thread, const core::Object& lock);
bool has_notified(const core::ThreadState& thread, const core::Object& object);

}  // namespace lockweave::detectors
