// runtime/core/state/thread_state.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/thread_state.h"

#include <string.h>
#include <sys/resource.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/state/permits.h"

extern "C" void* __libc_stack_end;  // ld.so: top of the main thread's stack

namespace lockweave::core {

thread_local constinit Tls tls __attribute__((tls_model("initial-exec")));

namespace {

constexpr std::uint32_t kHeldFirst = 32;
constexpr std::uint32_t kTidBuckets = 1 << 10;
constexpr std::uint32_t kHandleBuckets = 1 << 10;

// States by id. Chunk n holds as many as all before it together, so none ever moves. Readers take no
// lock.
class ById {
 public:
  ThreadState* find(Id id) const {
    const std::atomic<ThreadState*>* chunk = chunks_[chunk_of(id)].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : chunk[place_of(id)].load(std::memory_order_acquire);
  }
  bool put(Id id, ThreadState* state) {
    std::atomic<ThreadState*>* chunk = chunks_[chunk_of(id)].load(std::memory_order_relaxed);
    if (chunk == nullptr) {
      chunk = arena.make_array<std::atomic<ThreadState*>>(std::size_t{1} << chunk_of(id));
      if (chunk == nullptr) return false;
      chunks_[chunk_of(id)].store(chunk, std::memory_order_release);
    }
    chunk[place_of(id)].store(state, std::memory_order_release);
    return true;
  }

 private:
  static unsigned chunk_of(Id id) { return 63U - static_cast<unsigned>(__builtin_clzll(id | 1)); }
  static std::size_t place_of(Id id) { return id - (Id{1} << chunk_of(id)); }

  std::atomic<std::atomic<ThreadState*>*> chunks_[64] = {};
};

struct Registry {
  RawLock lock;
  std::atomic<ThreadState*> newest{nullptr};
  std::atomic<ThreadState*> newest_live{nullptr};
  std::atomic<std::uint32_t> live{0};
  Id count = 0;
  ById by_id;
  std::atomic<ThreadState*> by_handle[kHandleBuckets] = {};  // newest first
  Acquisition** spare_caches = nullptr;                      // list through the first slot
  std::atomic<ThreadState*> by_tid[kTidBuckets] = {};        // last one registered with that hash
};
constinit Registry registry;

Acquisition** take_cache() {
  if (Acquisition** cache = registry.spare_caches; cache != nullptr) {
    registry.spare_caches = reinterpret_cast<Acquisition**>(cache[0]);
    memset(cache, 0, sizeof(Acquisition*) * ThreadState::kCacheFirst);
    return cache;
  }
  return arena.make_array<Acquisition*>(ThreadState::kCacheFirst);
}

// Only the size that every thread begins with is handed on.
void give_up_cache(ThreadState& thread) {
  if (thread.cache_entries == ThreadState::kCacheFirst) {
    thread.cache[0] = reinterpret_cast<Acquisition*>(registry.spare_caches);
    registry.spare_caches = thread.cache;
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

// glibc's handles are addresses of pages.
std::atomic<ThreadState*>& bucket_of(pthread_t handle) {
  return registry.by_handle[(handle >> 12U) % kHandleBuckets];
}

// Its handle is known now. A former thread with the same handle is over, and found no more.
void list_handle(ThreadState& state) {
  RawGuard guard(registry.lock);
  std::atomic<ThreadState*>& bucket = bucket_of(state.handle);
  ThreadState* rest = bucket.load(std::memory_order_relaxed);
  std::atomic<ThreadState*>* link = &bucket;
  for (ThreadState* at = rest; at != nullptr; at = at->next_with_handle.load()) {
    if (at == &state) return;
    if (pthread_equal(at->handle, state.handle)) {
      link->store(at->next_with_handle.load(), std::memory_order_release);
      break;
    }
    link = &at->next_with_handle;
  }
  state.next_with_handle.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
  bucket.store(&state, std::memory_order_release);
}

// Both: the registry's lock is held.
void list_live(ThreadState& state) {
  ThreadState* older = registry.newest_live.load(std::memory_order_relaxed);
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

ThreadState* new_state() {
  ThreadState* state = arena.make<ThreadState>();
  if (state == nullptr) return nullptr;
  state->held.store(arena.make_array<Held>(kHeldFirst), std::memory_order_relaxed);
  state->held_capacity = kHeldFirst;
  RawGuard guard(registry.lock);
  state->cache = take_cache();
  if (state->held.load(std::memory_order_relaxed) == nullptr || state->cache == nullptr)
    return nullptr;
  if (!registry.by_id.put(registry.count + 1, state)) return nullptr;
  state->id = ++registry.count;
  state->next = registry.newest.load(std::memory_order_relaxed);
  registry.newest.store(state, std::memory_order_release);
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
}

// glibc puts the thread descriptor, whose address pthread_self is, at the top of the stack.
void note_stack(ThreadState& state, std::size_t size) {
  set_stack(state, reinterpret_cast<std::uintptr_t>(pthread_self()), size);
}

void bind_to_calling_thread(ThreadState& state) {
  const int tid = os::thread_id();
  state.handle = pthread_self();
  state.tid.store(tid, std::memory_order_relaxed);
  registry.by_tid[static_cast<unsigned>(tid) % kTidBuckets].store(&state,
                                                                  std::memory_order_release);
  list_handle(state);
  tls.state = &state;
}

// A thread that nobody announced: the main thread, or one made by a raw clone.
ThreadState* register_unannounced() {
  ThreadState* state = new_state();
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
  ThreadState* child = new_state();
  if (child == nullptr) return nullptr;
  child->parent = parent.id;
  child->parent_segment = parent.segment.load(std::memory_order_relaxed);
  child->stack_size = stack_size;
  child->created_at = intern_here(pc);
  make_label(child->label, sizeof child->label, parent.label, parent.children++);
  return child;
}

void adopt(ThreadState& child) {
  bind_to_calling_thread(child);
  note_stack(child, child.stack_size);
}

void forget_child(ThreadState& child) {
  RawGuard guard(registry.lock);
  child.finished.store(true, std::memory_order_relaxed);
  unlist_live(child);
}

void finish_thread(ThreadState& thread) {
  end_stack_objects(thread, UINTPTR_MAX);
  RawGuard guard(registry.lock);
  if (thread.finished.exchange(true, std::memory_order_release)) return;
  give_up_cache(thread);
  unlist_live(thread);
  tls.state = nullptr;
  tls.idle = nullptr;
  tls.gone = true;
}

ThreadState* thread_by_tid(int tid) {
  ThreadState* state =
      registry.by_tid[static_cast<unsigned>(tid) % kTidBuckets].load(std::memory_order_acquire);
  const auto matches = [tid](const ThreadState* thread) {
    return thread->tid.load(std::memory_order_relaxed) == tid &&
           !thread->finished.load(std::memory_order_relaxed);
  };
  if (state != nullptr && matches(state)) return state;
  for (state = newest_live_thread(); state != nullptr; state = live_after(*state)) {
    if (matches(state)) return state;
  }
  return nullptr;
}

ThreadState* thread_by_handle(pthread_t handle) {
  ThreadState* state = bucket_of(handle).load(std::memory_order_acquire);
  while (state != nullptr && !pthread_equal(state->handle, handle)) {
    state = state->next_with_handle.load(std::memory_order_acquire);
  }
  return state;
}

ThreadState* thread_by_id(Id id) { return id == 0 ? nullptr : registry.by_id.find(id); }

ThreadState* thread_by_stack(std::uintptr_t address) {
  for (ThreadState* state = newest_live_thread(); state != nullptr; state = live_after(*state)) {
    if (address >= state->stack_low && address < state->stack_high &&
        !state->finished.load(std::memory_order_relaxed)) {
      return state;
    }
  }
  return nullptr;
}

ThreadState* newest_live_thread() { return registry.newest_live.load(std::memory_order_acquire); }

ThreadState* newest_thread() { return registry.newest.load(std::memory_order_acquire); }

std::uint32_t live_threads() { return registry.live.load(std::memory_order_seq_cst); }

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

void for_each_thread_lock(LockVisitor visit) { visit(registry.lock); }

void keep_only_current_after_fork() {
  ThreadState* self = tls.state;
  for (ThreadState* state = newest_thread(); state != nullptr; state = state->next) {
    if (state != self) state->lost_in_fork = !state->finished.exchange(true);
    state->written = false;
  }
  registry.live.store(0, std::memory_order_relaxed);
  registry.newest_live.store(nullptr, std::memory_order_relaxed);
  if (self == nullptr) return;
  self->previous_live = nullptr;
  list_live(*self);
  self->segment.store(1, std::memory_order_relaxed);
  self->parent = 0;  // lockweave: ignore(inconsistent-locking) the only thread of a forked child
  bind_to_calling_thread(*self);
  forget_known_acquisitions(*self);
  forget_permits_after_fork(*self);
}

}  // namespace lockweave::core
