// runtime/detectors/forks.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `fork-while-locked`: the process forked while another thread held a lock, and the child wants that
// lock. Its holder does not exist in the child, so the child waits for ever. Told when the child is
// about to sleep; the threads of the parent are kept as they were at the fork for that.
// Misses: locks that core did not see taken; a child that takes the lock with a try.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

core::Detector& forks();

}  // namespace lockweave::detectors
