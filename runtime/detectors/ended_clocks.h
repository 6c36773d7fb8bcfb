// runtime/detectors/ended_clocks.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What ended threads knew, kept for whoever joins them. A detached thread is never joined, and nobody
// tells which ones are; so beyond kKeptMax the oldest is *merged*: what it knew goes into one clock for
// all such threads, and whoever joins one of them learns all of that. He may so learn more than he should:
// order too much, never too little, so races may be missed and none is invented.
//
// Thread-safety: all from any thread. Cost: a list operation; a join of clocks for each merged one.
// Memory: kKeptMax clocks, however many threads have ended.
#pragma once

#include "runtime/detectors/race_engine.h"

namespace lockweave::detectors {

class EndedClocks {
 public:
  static constexpr std::uint32_t kKeptMax = ClockSlots::kKeptMax;
  using Place = std::atomic<void*>;  // where a thread's clock is found

  constexpr EndedClocks() = default;

  // The clock at `place` changes no more. It is this list's until it is taken out.
  void keep(Place& place);
  // Joins into `by` what the thread knew whose clock is, or was, at `place`.
  void join(RaceEngine& engine, ThreadClock& by, Place& place);
  // nullptr: none yet, or merged.
  static ThreadClock* clock_at(const Place& place);
  std::uint64_t merged() const { return merged_count_.load(std::memory_order_relaxed); }
  // In the child of a fork: nobody there can join what its parent has kept.
  void for_each_lock(core::LockVisitor visit) { visit(guard_); }
  void reset_after_fork();

 private:
  static void* merged_mark();
  static void dispose(ThreadClock* clock);
  void unlink(ThreadClock& clock);
  void append(ThreadClock& clock, Place& place);
  ThreadClock* merge_oldest();

  core::RawLock guard_;
  ThreadClock* oldest_ = nullptr;
  ThreadClock* newest_ = nullptr;
  std::uint32_t count_ = 0;
  KnownBefore merged_;
  std::atomic<std::uint64_t> merged_count_{0};
};

}  // namespace lockweave::detectors
