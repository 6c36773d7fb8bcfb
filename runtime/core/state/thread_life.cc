// runtime/core/state/thread_life.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The end of a state's life, and its next one.
#include "runtime/core/base/arena.h"
#include "runtime/core/state/keep_ended.h"
#include "runtime/core/state/permits.h"
#include "runtime/core/state/thread_registry.h"

namespace lockweave::core::threads {
namespace {

constexpr std::uint32_t kHeldFirst = 32;
constexpr std::uint32_t kRetiredKept =
    256;  // reports may still name the newest of those that ended

void unlist_live(ThreadState& state) {
  ThreadState* older = state.next_live.load(std::memory_order_relaxed);
  ThreadState* newer = state.previous_live;
  if (older != nullptr) older->previous_live = newer;
  (newer != nullptr ? newer->next_live : registry.newest_live)
      .store(older, std::memory_order_release);
  registry.live.fetch_sub(1, std::memory_order_seq_cst);
}

bool keep_fact(const ThreadState& state) {
  FactChunk* chunk = registry.facts;
  if (chunk == nullptr || chunk->count == kFactsInChunk) {
    chunk = arena.make<FactChunk>();
    if (chunk == nullptr) return false;
    chunk->next = registry.facts;
    registry.facts = chunk;
  }
  chunk->at[chunk->count++] = {state.id, state.origin.load(std::memory_order_relaxed)};
  return true;
}

void retire_if_free(ThreadState& state) {
  if (!state.over || state.pins > 0 || state.next_retired != nullptr ||
      registry.newest_retired == &state) {
    return;
  }
  if (registry.newest_retired != nullptr) registry.newest_retired->next_retired = &state;
  if (registry.oldest_retired == nullptr) registry.oldest_retired = &state;
  registry.newest_retired = &state;
  ++registry.retired;
}

}  // namespace

void unpin(ThreadState& state) {
  if (state.pins > 0) --state.pins;  // 0: it was lost in a fork
  retire_if_free(state);
}

void unlist_handle(ThreadState& state) {
  if (!state.has_handle) return;
  registry.by_handle.remove(hash_of(state.handle.load(std::memory_order_relaxed)), state);
  state.has_handle = false;
}

void end_of_naming(ThreadState& state) {
  unlist_handle(state);
  state.over = true;
  retire_if_free(state);
}

namespace {

// Nothing that an unobserved thread did comes before what its children do, but what came before it:
// they can be its parent's as well. So a row of threads, each made by the one before, is no chain.
void skip_ended_ancestors(ThreadState& state) {
  for (;;) {
    ThreadState* parent = parent_of(state);
    if (parent == nullptr || !parent->finished.load(std::memory_order_relaxed)) return;
    if (parent->observed.load(std::memory_order_relaxed) || parent->written.is_set()) return;
    state.origin.store(parent->origin.load(std::memory_order_relaxed), std::memory_order_relaxed);
    if (ThreadState* next = parent_of(state)) ++next->pins;
    unpin(*parent);
  }
}

}  // namespace

void mark_finished(ThreadState& state) {
  if (state.finished.exchange(true, std::memory_order_release)) return;
  if (state.cache != nullptr) give_up_cache(state);
  unlist_live(state);
  stacks.remove(state);
  skip_ended_ancestors(state);
}

void list_handle(ThreadState& state) {
  if (state.has_handle) return;
  const pthread_t handle = state.handle.load(std::memory_order_relaxed);
  if (ThreadState* former = find_handle(handle)) {
    mark_finished(*former);
    end_of_naming(*former);
  }
  registry.by_handle.insert(hash_of(handle), state);
  state.has_handle = true;
}

namespace {

// Every member that belongs to one thread's life, but for those that `new_state` and who registers it
// set anyway. What is kept: invariants 1 and 2; the objects on its former stack, see `take_retired`.
void begin_new_life(ThreadState& state) {
  state.depth.store(0, std::memory_order_release);
  state.top = nullptr;
  state.held_room = state.held_capacity;
  state.holes = state.outermost_hole = state.looked_at = 0;
  state.chain_credit = ThreadState::kChainCreditFirst;
  state.cache_entries = ThreadState::kCacheFirst;
  state.cache_evictions = 0;
  state.loader_call = nullptr;
  state.children = 0;
  state.operations = 0;
  state.handling_signal = 0;
  state.handler_low = state.handler_high = 0;
  state.segment.store(1, std::memory_order_relaxed);
  state.wait.object = nullptr;
  state.wait.with = nullptr;
  state.wait.owner = nullptr;
  state.wait.wanted = nullptr;
  state.wait.joined = nullptr;
  state.wait.stall_told = 0;
  state.clocks = nullptr;
  state.name.store(nullptr, std::memory_order_relaxed);
  state.cancelled.store(false, std::memory_order_relaxed);
  state.lost_in_fork = false;
  state.observed.store(false, std::memory_order_relaxed);
  state.tid.store(0, std::memory_order_relaxed);
  state.origin.store({}, std::memory_order_relaxed);
  state.handle.store(pthread_t{}, std::memory_order_relaxed);
  state.stack_size = 0;
  state.stack_low = state.stack_high = 0;
  // lockweave: ignore(inconsistent-locking) nobody else knows a state that is about to be used again
  state.created_at = nullptr;
  state.has_handle = state.claimed = state.over = false;
  state.detached.store(false, std::memory_order_relaxed);
  state.written.clear();
  forget_permits(state);
}

}  // namespace

ThreadState* take_retired() {
  ThreadState* state = nullptr;
  do {
    if (registry.retired <= kRetiredKept || keep_ended.load(std::memory_order_relaxed)) {
      return nullptr;
    }
    state = registry.oldest_retired;
    const bool fact = state->pins == 0 && state->observed.load(std::memory_order_relaxed);
    if (fact && !keep_fact(*state)) return nullptr;
    registry.oldest_retired = state->next_retired;
    --registry.retired;
    state->next_retired = nullptr;
  } while (state->pins > 0);  // pinned since; it comes back when it is not
  if (ThreadState* parent = parent_of(*state)) unpin(*parent);
  registry.by_id.remove(state->id, *state);
  registry.by_tid.remove(hash_of(state->tid.load(std::memory_order_relaxed)), *state);
  begin_new_life(*state);
  return state;
}

ThreadState* make_state() {
  auto* held = arena.make_array<Held>(kHeldFirst);
  ThreadState* state = held == nullptr ? nullptr : arena.make<ThreadState>();
  if (state == nullptr) {
    arena.deallocate(held, sizeof(Held) * kHeldFirst);
    return nullptr;
  }
  state->held.store(held, std::memory_order_relaxed);
  state->held_capacity = state->held_room = kHeldFirst;
  state->finished.store(true, std::memory_order_relaxed);  // until it is listed
  state->next = registry.newest.load(std::memory_order_relaxed);
  registry.newest.store(state, std::memory_order_release);
  return state;
}

}  // namespace lockweave::core::threads
