// runtime/detectors/wait_rings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rings of threads, each of which waits for the next (blockers.h): a deadlock, whatever the others do. A ring is
// believed after two equal readings of every wait's sequence and owner: nobody in it can have run between them.
//
// Thread-safety: any thread. The marks in the threads' states are the search's, under its lock.
// Source: Coffman et al. 1971 (wait-for graph); the two-reading snapshot is Lamport's double collect.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

class WaitRings {
 public:
  // A ring through `start`, which has published its wait, is reported; returns if there is none, or as
  // submit_deadlock does.
  void search(core::ThreadState& start);
  core::RawLock& lock() { return lock_; }

 private:
  core::ThreadState* find_ring(core::ThreadState& start);
  bool ring_stands(core::ThreadState& last, const core::ThreadState& start);

  core::RawLock lock_;
  std::uint64_t search_ = 0;
};

}  // namespace lockweave::detectors
