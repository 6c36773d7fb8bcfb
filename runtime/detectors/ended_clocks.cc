// runtime/detectors/ended_clocks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/ended_clocks.h"

namespace lockweave::detectors {

// No clock lies there.
void* EndedClocks::merged_mark() {
  static constinit char mark;
  return &mark;
}

void EndedClocks::dispose(ThreadClock* clock) {
  if (clock == nullptr) return;
  clock->~ThreadClock();
  core::arena.deallocate(clock, sizeof *clock);
}

ThreadClock* EndedClocks::clock_at(const Place& place) {
  void* clock = place.load(std::memory_order_relaxed);
  return clock == merged_mark() ? nullptr : static_cast<ThreadClock*>(clock);
}

void EndedClocks::append(ThreadClock& clock, Place& place) {
  clock.ended = {newest_, nullptr, &place};
  (newest_ == nullptr ? oldest_ : newest_->ended.newer) = &clock;
  newest_ = &clock;
  ++count_;
}

void EndedClocks::unlink(ThreadClock& clock) {
  const ThreadClock::Ended links = clock.ended;
  (links.older == nullptr ? oldest_ : links.older->ended.newer) = links.newer;
  (links.newer == nullptr ? newest_ : links.newer->ended.older) = links.older;
  --count_;
}

ThreadClock* EndedClocks::merge_oldest() {
  ThreadClock* clock = oldest_;
  unlink(*clock);
  merged_.join(clock->known);
  merged_count_.fetch_add(1, std::memory_order_relaxed);
  void* there = clock;  // another one, if the place is another thread's by now
  static_cast<Place*>(clock->ended.place)->compare_exchange_strong(there, merged_mark());
  return clock;
}

void EndedClocks::keep(Place& place) {
  ThreadClock* clock = clock_at(place);
  if (clock == nullptr) return;
  ThreadClock* merged = nullptr;
  {
    core::RawGuard guard(guard_);
    append(*clock, place);
    if (count_ > kKeptMax) merged = merge_oldest();
  }
  dispose(merged);
}

void EndedClocks::join(RaceEngine& engine, ThreadClock& by, Place& place) {
  ThreadClock* clock = nullptr;
  {
    core::RawGuard guard(guard_);
    void* there = place.exchange(nullptr);
    if (there == merged_mark()) return engine.learn_all(by, merged_);
    clock = static_cast<ThreadClock*>(there);
    if (clock == nullptr) return;
    if (clock->ended.place != nullptr) unlink(*clock);  // else its end was not seen
  }
  engine.join(by, *clock);
  dispose(clock);
}

void EndedClocks::reset_after_fork() {
  for (ThreadClock* at = oldest_; at != nullptr; at = at->ended.newer) at->ended.place = nullptr;
  oldest_ = newest_ = nullptr;
  count_ = 0;
}

}  // namespace lockweave::detectors
