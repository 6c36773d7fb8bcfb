// runtime/detectors/wait_rings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/wait_rings.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/detectors/blockers.h"

namespace lockweave::detectors {

using core::Report;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

namespace {

// Threads, each of which waits for the next.
struct Ring {
  ThreadState** threads = nullptr;
  std::uint32_t count = 0;
};

Ring copy_ring(ThreadState& last) {
  std::uint32_t count = 0;
  for (ThreadState* at = &last; at != nullptr; at = at->mark.reached_from) ++count;
  auto** threads = core::arena.make_array<ThreadState*>(count);
  if (threads == nullptr) {
    core::count_lost(core::Loss::findings);
    return {};
  }
  std::uint32_t slot = count;
  for (ThreadState* at = &last; at != nullptr; at = at->mark.reached_from) threads[--slot] = at;
  return {threads, count};
}

ReportStep step_in_loader(ThreadState& thread) {
  const core::LoaderSleep sleep = core::asleep_in_loader(thread);
  ReportStep step;
  step.thread = &thread;
  step.action = model::Action::wants;
  step.object = core::find_object(core::load_lock());
  step.held = thread.top;
  step.stack = core::stack_of_sleep(sleep);
  return step;
}

void report_ring(const Ring& ring) {
  const std::uint32_t count = ring.count;
  auto* steps = core::arena.make_array<ReportStep>(count);
  if (steps == nullptr) return core::count_lost(core::Loss::findings);
  std::uint32_t first = 0;  // the ring is told from its oldest thread on
  for (std::uint32_t i = 1; i < count; ++i) {
    if (ring.threads[i]->id < ring.threads[first]->id) first = i;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    ThreadState& thread = *ring.threads[(first + i) % count];
    const WaitView wait = core::view_wait(thread);
    steps[i] = wait.waiting() ? step_of_wait(thread, wait) : step_in_loader(thread);
    steps[i].other = ring.threads[(first + i + 1) % count];
  }
  Report report;
  report.rule = "deadlock";
  report.variant = "cycle";
  report.object = steps[0].object;
  report.steps = steps;
  report.count = count;
  core::submit_deadlock(report);
}

}  // namespace

// Reported without the lock: the reporter runs as long as it likes.
void WaitRings::search(ThreadState& start) {
  Ring ring;
  {
    const core::RawGuard guard(lock_);
    ThreadState* last = find_ring(start);
    if (last != nullptr && ring_stands(*last, start)) ring = copy_ring(*last);
  }
  if (ring.count > 0) report_ring(ring);
}

// Breadth first from `start` along blockers; returns the thread whose blocker is `start` again.
ThreadState* WaitRings::find_ring(ThreadState& start) {
  ++search_;
  start.mark = {search_, 0, nullptr, nullptr};
  ThreadState* queue_end = &start;
  for (ThreadState* at = &start; at != nullptr; at = at->mark.next) {
    const WaitView wait = core::view_wait(*at);
    at->mark.sequence = wait.sequence;
    bool closes = false;
    for_each_blocker(*at, wait, [&](ThreadState& blocker) {
      closes |= &blocker == &start;
      if (blocker.mark.search == search_) return;
      blocker.mark = {search_, 0, at, nullptr};
      queue_end->mark.next = &blocker;
      queue_end = &blocker;
    });
    if (closes) return at;
  }
  return nullptr;
}

// Second reading: each wait is the same wait, and still needs the next one. Who sleeps in the loader has the
// same even sequence as before, and cannot have got its lock: the next one has it, whose wait is the same.
bool WaitRings::ring_stands(ThreadState& last, const ThreadState& start) {
  const ThreadState* next = &start;
  for (ThreadState* at = &last; at != nullptr; at = at->mark.reached_from) {
    const WaitView wait = core::view_wait(*at);
    if (wait.sequence != at->mark.sequence || !is_blocker(*at, wait, *next)) return false;
    next = at;
  }
  return true;
}

}  // namespace lockweave::detectors
