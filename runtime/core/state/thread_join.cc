// runtime/core/state/thread_join.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who may still name a thread: joins, detachments, pins.
#include "runtime/core/base/arena.h"
#include "runtime/core/base/os.h"
#include "runtime/core/state/keep_ended.h"
#include "runtime/core/state/thread_registry.h"

namespace lockweave::core {

namespace {

using namespace threads;

void give_up(EarlyDetached* entry) { arena.deallocate(entry, sizeof *entry); }

}  // namespace

bool threads::was_detached_early(pthread_t handle) {
  for (EarlyDetached** link = &registry.early_detached; *link != nullptr; link = &(*link)->next) {
    EarlyDetached* entry = *link;
    if (pthread_equal(entry->handle, handle) == 0) continue;
    *link = entry->next;
    give_up(entry);
    return true;
  }
  return false;
}

void threads::one_more_started() {
  if (registry.unstarted.fetch_sub(1, std::memory_order_release) != 1) return;
  while (EarlyDetached* entry = registry.early_detached) {
    registry.early_detached = entry->next;
    give_up(entry);
  }
}

void detach_thread(ThreadState& thread) {
  RawGuard guard(registry.lock);
  thread.detached.store(true, std::memory_order_relaxed);
  if (thread.finished.load(std::memory_order_relaxed) && !thread.over) end_of_naming(thread);
}

namespace {

// Without memory its state is kept as one that may be joined: nothing is lost by that.
void note_detached_early(pthread_t handle) {
  auto* entry = arena.make<EarlyDetached>(registry.early_detached, handle);
  if (entry != nullptr) registry.early_detached = entry;
}

}  // namespace

void detach_thread(pthread_t handle) {
  if (ThreadState* known = thread_by_handle(handle)) return detach_thread(*known);
  RawGuard guard(registry.lock);
  if (ThreadState* begun = find_handle(handle)) {
    begun->detached.store(true, std::memory_order_relaxed);
  } else if (registry.unstarted.load(std::memory_order_relaxed) > 0) {
    note_detached_early(handle);
  }
}

namespace {

// `finished`: only one that has.
ThreadState* claim(pthread_t handle, bool finished) {
  RawGuard guard(registry.lock);
  ThreadState* found = registry.by_handle.find(hash_of(handle), [=](const ThreadState& state) {
    return pthread_equal(state.handle.load(std::memory_order_relaxed), handle) != 0 &&
           !state.claimed && (!finished || state.finished.load(std::memory_order_acquire));
  });
  if (found == nullptr) return nullptr;
  found->claimed = true;
  ++found->pins;
  return found;
}

}  // namespace

ThreadState* claim_to_join(pthread_t handle, bool patient) {
  constexpr int kTries = 1000;
  constexpr long kPause_ns = 100'000;
  ThreadState* found = claim(handle, false);
  for (int tries = 0; found == nullptr && patient && tries < kTries; ++tries) {
    if (registry.unstarted.load(std::memory_order_acquire) == 0) return claim(handle, false);
    os::sleep_ns(kPause_ns);
    found = claim(handle, false);
  }
  return found;
}

ThreadState* claim_joined(pthread_t handle) { return claim(handle, true); }

void release_joined(ThreadState& joined) {
  RawGuard guard(registry.lock);
  mark_finished(joined);  // if its end was not seen
  unpin(joined);
  if (!joined.over) end_of_naming(joined);
}

void release_not_joined(ThreadState& thread) {
  RawGuard guard(registry.lock);
  thread.claimed = false;
  unpin(thread);
}

void pin_thread(ThreadState& thread) {
  RawGuard guard(registry.lock);
  ++thread.pins;
}

void unpin_thread(ThreadState& thread) {
  RawGuard guard(registry.lock);
  unpin(thread);
}

void keep_ended_threads() { keep_ended.store(true, std::memory_order_relaxed); }

}  // namespace lockweave::core
