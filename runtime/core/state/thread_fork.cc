// runtime/core/state/thread_fork.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads in the child of a fork: there is one.
#include "runtime/core/base/tls.h"
#include "runtime/core/state/permits.h"
#include "runtime/core/state/thread_registry.h"

namespace lockweave::core {

using namespace threads;

namespace {

// A thread of the parent. What it held stays held in the child for ever.
void lose_in_fork(ThreadState& state) {
  state.finished.store(true, std::memory_order_relaxed);
  state.lost_in_fork = true;
  if (state.cache != nullptr) give_up_cache(state);
  if (state.wait.object != nullptr) state.wait.object->waiters_and_wakes.store(0);
  unlist_handle(state);
  if (state.depth.load(std::memory_order_relaxed) == 0) {
    state.pins = 0;
    return end_of_naming(state);
  }
  state.next_retired = registry.newest_lost.load(std::memory_order_relaxed);
  registry.newest_lost.store(&state, std::memory_order_release);
}

}  // namespace

void keep_only_current_after_fork() {
  ThreadState* self = tls.state;
  {
    RawGuard guard(registry.lock);
    for (ThreadState* state = newest_live_thread(); state != nullptr;) {
      ThreadState* next = live_after(*state);
      if (state != self) lose_in_fork(*state);
      state = next;
    }
    registry.facts = nullptr;  // the parent's
    registry.early_detached = nullptr;
  }
  registry.live.store(0, std::memory_order_relaxed);
  registry.unstarted.store(0, std::memory_order_relaxed);
  registry.newest_live.store(nullptr, std::memory_order_relaxed);
  stacks.clear_after_fork();
  if (self == nullptr) return;
  list_live(*self);
  stacks.insert(*self);
  self->segment.store(1, std::memory_order_relaxed);
  self->origin.store({}, std::memory_order_relaxed);
  self->observed.store(false, std::memory_order_relaxed);
  registry.by_tid.remove(hash_of(self->tid.load(std::memory_order_relaxed)), *self);
  bind_to_calling_thread(*self);
  forget_known_acquisitions(*self);
  forget_permits(*self);
}

}  // namespace lockweave::core
