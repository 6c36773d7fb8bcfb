// runtime/core/state/thread_lookup.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads by what they are known by, and what lock order knows of them.
#include "runtime/core/base/tls.h"
#include "runtime/core/state/thread_registry.h"

namespace lockweave::core {

using threads::registry;

void mark_observed(ThreadState& thread) {
  if (thread.observed.load(std::memory_order_relaxed)) return;
  RawGuard guard(registry.lock);
  for (ThreadState* at = &thread; at != nullptr; at = threads::parent_of(*at)) {
    if (at->observed.exchange(true, std::memory_order_relaxed)) return;
  }
}

void for_each_observed(void (*visit)(void* context, const ThreadFact& fact), void* context) {
  RawGuard guard(registry.lock);
  for (const threads::FactChunk* chunk = registry.facts; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) visit(context, chunk->at[i]);
  }
  for (const ThreadState* state = newest_state(); state != nullptr; state = state->next) {
    if (!state->observed.load(std::memory_order_relaxed)) continue;
    visit(context, {state->id, state->origin.load(std::memory_order_relaxed)});
  }
}

namespace {

ThreadState* find_tid(int tid, bool finished) {
  return registry.by_tid.find(threads::hash_of(tid), [=](const ThreadState& state) {
    return state.tid.load(std::memory_order_relaxed) == tid &&
           state.finished.load(std::memory_order_relaxed) == finished;
  });
}

}  // namespace

void set_tid(ThreadState& state, int tid) {
  RawGuard guard(registry.lock);
  registry.by_tid.remove(threads::hash_of(state.tid.load(std::memory_order_relaxed)), state);
  state.tid.store(tid, std::memory_order_relaxed);
  registry.by_tid.insert(threads::hash_of(tid), state);
}

ThreadState* thread_by_tid(int tid) { return find_tid(tid, false); }

bool has_finished(int tid) { return find_tid(tid, true) != nullptr; }

ThreadState* thread_by_handle(pthread_t handle) { return threads::find_handle(handle); }

ThreadState* thread_by_id(Id id) {
  if (id == 0) return nullptr;
  return registry.by_id.find(id, [id](const ThreadState& state) { return state.id == id; });
}

ThreadState* thread_by_stack(std::uintptr_t address) {
  if (address >= tls.stack_low && address < tls.stack_high && tls.state != nullptr) {
    return tls.state;
  }
  return threads::stacks.find(address);
}

ThreadState* newest_live_thread() { return registry.newest_live.load(std::memory_order_acquire); }

ThreadState* newest_state() { return registry.newest.load(std::memory_order_acquire); }

std::uint32_t live_threads() { return registry.live.load(std::memory_order_seq_cst); }

Id newest_thread_id() {
  RawGuard guard(registry.lock);
  return registry.count;
}

ThreadState* newest_lost_in_fork() { return registry.newest_lost.load(std::memory_order_acquire); }

}  // namespace lockweave::core
