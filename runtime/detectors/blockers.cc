// runtime/detectors/blockers.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/blockers.h"

namespace lockweave::detectors {

using core::Acquisition;
using core::Object;
using core::ThreadState;
using core::WaitView;

namespace {

void for_each_waiting_writer(const Object& object, BlockerVisitor visit, void* context) {
  for_each_live_thread([&](ThreadState& thread) {
    const WaitView wait = core::view_wait(thread);
    if (wait.waiting() && wait.object == &object && !is_shared(wait)) visit(context, thread);
  });
}

bool is_priority_futex(const WaitView& wait) {
  return wait.kind == LW_CUSTOM && wait.owner != nullptr && !is_timed(wait);
}

}  // namespace

bool cancellation_may_end(const ThreadState& waiter, const WaitView& wait) {
  const bool point = wait.kind == LW_THREAD || wait.kind == LW_SEMAPHORE ||
                     wait.kind == LW_CONDITION_VARIABLE || (wait.flags & LW_CANCELABLE) != 0;
  return point && waiter.cancelled.load(std::memory_order_seq_cst);
}

Acquisition* own_acquisition(const ThreadState& thread, const Object& object) {
  Acquisition* innermost = nullptr;
  core::for_each_held(thread, [&](const core::Held& held) {
    if (held.node->object == &object) innermost = held.node;
  });
  return innermost;
}

void for_each_blocker(const ThreadState& waiter, const WaitView& wait, BlockerVisitor visit,
                      void* context) {
  if (!wait.waiting()) {
    ThreadState* owner = core::asleep_in_loader(waiter).owner;
    if (owner != nullptr) visit(context, *owner);
    return;
  }
  if (is_timed(wait)) return;
  if (wait.kind == LW_THREAD) {
    if (cancellation_may_end(waiter, wait)) return;
    ThreadState* joined = wait.joined;
    if (joined != nullptr && !joined->finished.load(std::memory_order_relaxed))
      visit(context, *joined);
    return;
  }
  if (wait.owner != nullptr) {
    ThreadState* owner = core::owner_of(wait);
    if (owner != nullptr && (owner != &waiter || wait.with == nullptr)) visit(context, *owner);
    return;
  }
  if (wait.object == nullptr || wait.wanted == nullptr) return;
  if (is_shared(wait) && own_acquisition(waiter, *wait.object) != nullptr) {
    // A reader that reads again only waits if the lock lets writers in line go first.
    return for_each_waiting_writer(*wait.object, visit, context);
  }
  struct Seen {
    bool wants_shared;
    BlockerVisitor visit;
    void* context;
  } seen{is_shared(wait), visit, context};
  core::for_each_holder(
      *wait.object,
      [](void* argument, ThreadState& holder, Acquisition& node) {
        auto& at = *static_cast<Seen*>(argument);
        const bool holds_shared = (node.flags & LW_SHARED) != 0;
        if (!(at.wants_shared && holds_shared)) at.visit(at.context, holder);
      },
      &seen);
}

bool is_blocker(const ThreadState& waiter, const WaitView& wait, const ThreadState& other) {
  bool found = false;
  for_each_blocker(waiter, wait, [&](ThreadState& blocker) { found |= &blocker == &other; });
  return found;
}

bool kernel_refuses(const ThreadState& waiter, WaitView wait) {
  constexpr int kHopsMax = 1024;  // its limit: kernel/locking/rtmutex.c, max_lock_depth
  for (int hops = 0; hops < kHopsMax && wait.waiting() && is_priority_futex(wait); ++hops) {
    const ThreadState* owner = core::owner_of(wait);
    if (owner == &waiter) return true;
    if (owner == nullptr) return false;
    wait = core::view_wait(*owner);
  }
  return false;
}

}  // namespace lockweave::detectors
