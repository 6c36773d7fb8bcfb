// runtime/core/state/thread_state.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/thread_state.h"

#include <string.h>
#include <sys/resource.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/state/chains.h"
#include "runtime/core/state/keep_ended.h"
#include "runtime/core/state/permits.h"
#include "runtime/core/state/thread_stacks.h"

extern "C" void* __libc_stack_end;  // ld.so: top of the main thread's stack

namespace lockweave::core {

namespace {

constexpr std::uint32_t kHeldFirst = 32;
constexpr std::size_t kChains = 1 << 13;
constexpr std::uint32_t kRetiredKept =
    256;  // reports may still name the newest of those that ended
constexpr std::uint32_t kFactsInChunk = 1024;
constexpr std::uint32_t kEarlyDetachMax = 32;

struct FactChunk {
  FactChunk* next = nullptr;
  std::uint32_t count = 0;
  ThreadFact at[kFactsInChunk] = {};
};

struct Registry {
  RawLock lock;
  std::atomic<ThreadState*> newest{nullptr};
  std::atomic<ThreadState*> newest_live{nullptr};
  std::atomic<std::uint32_t> live{0};
  std::atomic<std::uint32_t> unstarted{0};  // created, or about to be, and not yet running
  Id count = 0;
  Chains<ThreadState, &ThreadState::next_with_id, kChains> by_id;
  Chains<ThreadState, &ThreadState::next_with_handle, kChains> by_handle;
  Chains<ThreadState, &ThreadState::next_with_tid, kChains> by_tid;
  Acquisition** spare_caches = nullptr;  // list through the first slot
  ThreadState* oldest_retired = nullptr;
  ThreadState* newest_retired = nullptr;
  std::uint32_t retired = 0;
  std::atomic<ThreadState*> newest_lost{nullptr};
  FactChunk* facts = nullptr;  // of observed threads whose state is another's by now
  pthread_t early_detached[kEarlyDetachMax] = {};  // of threads that have not begun
  std::uint32_t early_detached_count = 0;
};
constinit Registry registry;
constinit ThreadStacks stacks;

Acquisition** take_cache() {
  if (Acquisition** cache = registry.spare_caches; cache != nullptr) {
    registry.spare_caches = reinterpret_cast<Acquisition**>(cache[0]);
    memset(cache, 0, sizeof(Acquisition*) * ThreadState::kCacheFirst);
    return cache;
  }
  return arena.make_array<Acquisition*>(ThreadState::kCacheFirst);
}

void put_back_cache(Acquisition** cache) {
  cache[0] = reinterpret_cast<Acquisition*>(registry.spare_caches);
  registry.spare_caches = cache;
}

// Only the size that every thread begins with is handed on.
void give_up_cache(ThreadState& thread) {
  if (thread.cache_entries == ThreadState::kCacheFirst) {
    put_back_cache(thread.cache);
  } else {
    arena.deallocate(thread.cache, sizeof(Acquisition*) * thread.cache_entries);
  }
  thread.cache = nullptr;
}

// Appends ".n" to the parent's label; a label that would not fit keeps its end: "~.3.7".
void make_label(char* out, std::size_t size, const char* parent, std::uint32_t rank) {
  char tail[16];
  std::size_t used = sizeof tail;
  tail[--used] = '\0';
  do {
    tail[--used] = static_cast<char>('0' + rank % 10);
    rank /= 10;
  } while (rank > 0);
  tail[--used] = '.';
  const std::size_t tail_length = sizeof tail - 1 - used;
  const std::size_t parent_length = strlen(parent);
  const std::size_t room = size - 1 - tail_length;
  const std::size_t kept = parent_length < room ? parent_length : room;
  memcpy(out, parent + (parent_length - kept), kept);
  if (kept < parent_length) out[0] = '~';
  memcpy(out + kept, tail + used, tail_length + 1);
}

// glibc's handles are addresses in pages of their own.
std::size_t hash_of(pthread_t handle) { return static_cast<std::size_t>(handle >> 12U) * 31; }
std::size_t hash_of(int tid) { return static_cast<unsigned>(tid); }

ThreadState* find_handle(pthread_t handle) {
  return registry.by_handle.find(hash_of(handle), [handle](const ThreadState& state) {
    return pthread_equal(state.handle.load(std::memory_order_relaxed), handle) != 0;
  });
}

// Both: the registry's lock is held.
void list_live(ThreadState& state) {
  ThreadState* older = registry.newest_live.load(std::memory_order_relaxed);
  state.previous_live = nullptr;
  state.next_live.store(older, std::memory_order_relaxed);
  if (older != nullptr) older->previous_live = &state;
  registry.newest_live.store(&state, std::memory_order_release);
  registry.live.fetch_add(1, std::memory_order_seq_cst);
}

void unlist_live(ThreadState& state) {
  ThreadState* older = state.next_live.load(std::memory_order_relaxed);
  ThreadState* newer = state.previous_live;
  if (older != nullptr) older->previous_live = newer;
  (newer != nullptr ? newer->next_live : registry.newest_live)
      .store(older, std::memory_order_release);
  registry.live.fetch_sub(1, std::memory_order_seq_cst);
}

ThreadState* parent_of(const ThreadState& state) {
  return thread_by_id(state.origin.load(std::memory_order_relaxed).parent);
}

// ---- the end of a state's life; all: the registry's lock is held -------------------------------
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

void mark_finished(ThreadState& state) {
  if (state.finished.exchange(true, std::memory_order_release)) return;
  if (state.cache != nullptr) give_up_cache(state);
  unlist_live(state);
  stacks.remove(state);
  skip_ended_ancestors(state);
}

// Its handle is known now. A former thread with the same handle is over; if its end was not seen, it
// has ended all the same.
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

bool was_detached_early(pthread_t handle) {
  for (std::uint32_t i = 0; i < registry.early_detached_count; ++i) {
    if (pthread_equal(registry.early_detached[i], handle) == 0) continue;
    registry.early_detached[i] = registry.early_detached[--registry.early_detached_count];
    return true;
  }
  return false;
}

// ---- the beginning ----------------------------------------------------------------------------
// The oldest state that nobody needs, as if it were new; nullptr: there is none.
ThreadState* take_retired() {
  ThreadState* state = nullptr;
  do {
    if (registry.retired <= kRetiredKept || keep_ended.load(std::memory_order_relaxed)) {
      return nullptr;
    }
    state = registry.oldest_retired;
    if (state->observed.load(std::memory_order_relaxed) && !keep_fact(*state)) return nullptr;
    registry.oldest_retired = state->next_retired;
    --registry.retired;
    state->next_retired = nullptr;
  } while (state->pins > 0);  // pinned since; it comes back when it is not
  if (ThreadState* parent = parent_of(*state)) unpin(*parent);
  registry.by_id.remove(state->id, *state);
  registry.by_tid.remove(hash_of(state->tid.load(std::memory_order_relaxed)), *state);
  return state;
}

// Every member that belongs to one thread's life, but for those that `new_state` and who registers it
// set anyway. What is kept: invariants 1 and 2.
void begin_new_life(ThreadState& state) {
  state.depth.store(0, std::memory_order_release);
  state.top = nullptr;
  state.cache_entries = ThreadState::kCacheFirst;
  state.cache_evictions = 0;
  state.stack_objects = nullptr;
  state.children = 0;
  state.operations = 0;
  state.handling_signal = 0;
  state.handler_low = state.handler_high = 0;
  state.lowest_stack_object.store(UINTPTR_MAX, std::memory_order_relaxed);
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
  state.created_at = nullptr;
  state.has_handle = state.detached = state.claimed = state.over = false;
  state.written.clear();
}

ThreadState* make_state() {
  auto* held = arena.make_array<Held>(kHeldFirst);
  ThreadState* state = held == nullptr ? nullptr : arena.make<ThreadState>();
  if (state == nullptr) {
    arena.deallocate(held, sizeof(Held) * kHeldFirst);
    return nullptr;
  }
  state->held.store(held, std::memory_order_relaxed);
  state->held_capacity = kHeldFirst;
  state->finished.store(true, std::memory_order_relaxed);  // until it is listed
  state->next = registry.newest.load(std::memory_order_relaxed);
  registry.newest.store(state, std::memory_order_release);
  return state;
}

ThreadState* new_state(std::uint32_t pins, ThreadState* parent) {
  RawGuard guard(registry.lock);
  Acquisition** cache = take_cache();
  ThreadState* state = cache == nullptr ? nullptr : take_retired();
  if (state != nullptr) {
    begin_new_life(*state);
  } else if (cache != nullptr) {
    state = make_state();
  }
  if (state == nullptr) {
    if (cache != nullptr) put_back_cache(cache);
    return nullptr;
  }
  state->cache = cache;
  state->pins = pins;
  if (parent != nullptr) {
    ++parent->pins;
    state->origin.store({parent->id, parent->segment.load(std::memory_order_relaxed)},
                        std::memory_order_relaxed);
  }
  state->id = ++registry.count;
  state->finished.store(false, std::memory_order_relaxed);
  registry.by_id.insert(state->id, *state);
  list_live(*state);
  return state;
}

std::size_t main_stack_size() {
  rlimit limit{};
  os::call(SYS_prlimit64, 0, RLIMIT_STACK, 0, reinterpret_cast<long>(&limit));
  constexpr std::size_t kMost = std::size_t{64} << 20;
  return limit.rlim_cur < kMost ? static_cast<std::size_t>(limit.rlim_cur) : kMost;
}

void set_stack(ThreadState& state, std::uintptr_t high, std::size_t size) {
  state.stack_high = tls.stack_high = high;
  state.stack_low = tls.stack_low = high - size;
  stacks.insert(state);
}

// glibc puts the thread descriptor, whose address pthread_self is, at the top of the stack.
void note_stack(ThreadState& state, std::size_t size) {
  set_stack(state, reinterpret_cast<std::uintptr_t>(pthread_self()), size);
}

void bind_to_calling_thread(ThreadState& state) {
  const int tid = os::thread_id();
  RawGuard guard(registry.lock);
  state.handle.store(pthread_self(), std::memory_order_relaxed);
  state.tid.store(tid, std::memory_order_relaxed);
  registry.by_tid.insert(hash_of(tid), state);
  list_handle(state);
  if (was_detached_early(pthread_self())) state.detached = true;
  tls.state = &state;
}

// The registry's lock is held. Handles of threads that are not followed are not kept for ever.
void one_more_started() {
  if (registry.unstarted.fetch_sub(1, std::memory_order_release) == 1) {
    registry.early_detached_count = 0;
  }
}

// A thread that nobody announced: the main thread, or one made by a raw clone.
ThreadState* register_unannounced() {
  ThreadState* state = new_state(0, nullptr);
  if (state == nullptr) return nullptr;
  bind_to_calling_thread(*state);
  if (state->tid.load(std::memory_order_relaxed) == os::process_id()) {
    strcpy(state->label, "0");
    set_stack(*state, reinterpret_cast<std::uintptr_t>(__libc_stack_end), main_stack_size());
  } else {
    make_label(state->label, sizeof state->label, "?", state->id);
    note_stack(*state, std::size_t{8} << 20);
    tls.stack_low = tls.stack_high = 0;  // a guess will do to place objects, not to read by
  }
  return state;
}

}  // namespace

ThreadState* current_thread() {
  if (tls.state != nullptr) return tls.state;
  return tls.gone ? nullptr : register_unannounced();
}

ThreadState* register_child(ThreadState& parent, const void* pc, std::size_t stack_size) {
  InternedStack* created_at = intern_here(pc);
  ThreadState* child = new_state(1, &parent);
  if (child == nullptr) return nullptr;
  registry.unstarted.fetch_add(1, std::memory_order_relaxed);
  child->stack_size = stack_size;
  child->created_at = created_at;
  make_label(child->label, sizeof child->label, parent.label, parent.children++);
  return child;
}

// A handler that interrupts it must not register the thread, too.
void adopt(ThreadState& child) {
  const Unseen unseen;
  bind_to_calling_thread(child);
  note_stack(child, child.stack_size);
  RawGuard guard(registry.lock);
  one_more_started();
}

void child_created(ThreadState& child) {
  RawGuard guard(registry.lock);
  unpin(child);
}

bool any_thread_begins() { return registry.unstarted.load(std::memory_order_relaxed) > 0; }

void forget_child(ThreadState& child) {
  RawGuard guard(registry.lock);
  one_more_started();
  mark_finished(child);
  --child.pins;
  end_of_naming(child);
}

void finish_thread(ThreadState& thread) {
  end_stack_objects(thread, UINTPTR_MAX);
  tls.gone = true;  // first: a handler that comes now is nobody's
  tls.idle = nullptr;
  tls.state = nullptr;
  RawGuard guard(registry.lock);
  mark_finished(thread);
  if (thread.detached) end_of_naming(thread);
}

void detach_thread(ThreadState& thread) {
  RawGuard guard(registry.lock);
  thread.detached = true;
  if (thread.finished.load(std::memory_order_relaxed) && !thread.over) end_of_naming(thread);
}

void detach_thread(pthread_t handle) {
  if (ThreadState* known = thread_by_handle(handle)) return detach_thread(*known);
  RawGuard guard(registry.lock);
  if (ThreadState* begun = find_handle(handle)) {
    begun->detached = true;
  } else if (registry.unstarted.load(std::memory_order_relaxed) > 0 &&
             registry.early_detached_count < kEarlyDetachMax) {
    registry.early_detached[registry.early_detached_count++] = handle;
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

void mark_observed(ThreadState& thread) {
  if (thread.observed.load(std::memory_order_relaxed)) return;
  RawGuard guard(registry.lock);
  for (ThreadState* at = &thread; at != nullptr; at = parent_of(*at)) {
    if (at->observed.exchange(true, std::memory_order_relaxed)) return;
  }
}

void for_each_observed(void (*visit)(void* context, const ThreadFact& fact), void* context) {
  RawGuard guard(registry.lock);
  for (const FactChunk* chunk = registry.facts; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) visit(context, chunk->at[i]);
  }
  for (const ThreadState* state = newest_state(); state != nullptr; state = state->next) {
    if (!state->observed.load(std::memory_order_relaxed)) continue;
    visit(context, {state->id, state->origin.load(std::memory_order_relaxed)});
  }
}

namespace {

ThreadState* find_tid(int tid, bool finished) {
  return registry.by_tid.find(hash_of(tid), [=](const ThreadState& state) {
    return state.tid.load(std::memory_order_relaxed) == tid &&
           state.finished.load(std::memory_order_relaxed) == finished;
  });
}

}  // namespace

void set_tid(ThreadState& state, int tid) {
  RawGuard guard(registry.lock);
  registry.by_tid.remove(hash_of(state.tid.load(std::memory_order_relaxed)), state);
  state.tid.store(tid, std::memory_order_relaxed);
  registry.by_tid.insert(hash_of(tid), state);
}

ThreadState* thread_by_tid(int tid) { return find_tid(tid, false); }

bool has_finished(int tid) { return find_tid(tid, true) != nullptr; }

ThreadState* thread_by_handle(pthread_t handle) { return find_handle(handle); }

ThreadState* thread_by_id(Id id) {
  if (id == 0) return nullptr;
  return registry.by_id.find(id, [id](const ThreadState& state) { return state.id == id; });
}

ThreadState* thread_by_stack(std::uintptr_t address) {
  if (address >= tls.stack_low && address < tls.stack_high && tls.state != nullptr) {
    return tls.state;
  }
  return stacks.find(address);
}

ThreadState* newest_live_thread() { return registry.newest_live.load(std::memory_order_acquire); }

ThreadState* newest_state() { return registry.newest.load(std::memory_order_acquire); }

std::uint32_t live_threads() { return registry.live.load(std::memory_order_seq_cst); }

Id newest_thread_id() {
  RawGuard guard(registry.lock);
  return registry.count;
}

ThreadState* newest_lost_in_fork() { return registry.newest_lost.load(std::memory_order_acquire); }

void begin_segment(ThreadState& thread) {
  // lockweave: ignore(atomic-check-then-act) only its own thread stores it
  thread.segment.store(thread.segment.load(std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
  forget_known_acquisitions(thread);
}

void forget_known_acquisitions(ThreadState& thread) {
  if (thread.cache == nullptr) return;
  memset(thread.cache, 0, sizeof(Acquisition*) * thread.cache_entries);
}

namespace {

bool is_over(const Acquisition* node) {
  return node == nullptr || node->address.load(std::memory_order_relaxed) == 0;
}

// nullptr: all places hold others.
Acquisition** free_place(const ThreadState& thread, std::uint32_t place) {
  for (std::uint32_t way = 0; way < kCacheWays; ++way) {
    if (is_over(thread.cache[place ^ way])) return &thread.cache[place ^ way];
  }
  return nullptr;
}

std::uint32_t place_of(const ThreadState& thread, const Acquisition& node) {
  return cache_place(thread, node.outer, node.address.load(std::memory_order_relaxed), node.site);
}

void put(ThreadState& thread, Acquisition& node) {
  const std::uint32_t place = place_of(thread, node);
  Acquisition** free = free_place(thread, place);
  *(free != nullptr ? free : &thread.cache[place]) = &node;
}

// Doubles the cache; what is known stays known.
void grow_cache(ThreadState& thread) {
  const std::uint32_t entries = thread.cache_entries;
  auto* larger = arena.make_array<Acquisition*>(std::size_t{entries} * 2);
  if (larger == nullptr) return;
  Acquisition** old = thread.cache;
  thread.cache = larger;
  thread.cache_entries = entries * 2;
  thread.cache_evictions = 0;
  for (std::uint32_t i = 0; i < entries; ++i) {
    if (!is_over(old[i])) put(thread, *old[i]);
  }
  arena.deallocate(old, sizeof(Acquisition*) * entries);
}

}  // namespace

// A cache that must forget often is too small for what this thread does.
void remember_acquisition(ThreadState& thread, Acquisition& node) {
  constexpr std::uint32_t kOften = 8;
  const bool full = free_place(thread, place_of(thread, node)) == nullptr;
  if (full && ++thread.cache_evictions > thread.cache_entries / kOften &&
      thread.cache_entries < ThreadState::kCacheMost) {
    grow_cache(thread);
  }
  put(thread, node);
}

void for_each_thread_lock(LockVisitor visit) {
  visit(registry.lock);
  stacks.for_each_lock(visit);
}

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
  forget_permits_after_fork(*self);
}

}  // namespace lockweave::core
