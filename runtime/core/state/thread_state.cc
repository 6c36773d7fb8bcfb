// runtime/core/state/thread_state.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How threads begin and end.
#include "runtime/core/state/thread_state.h"

#include <sys/resource.h>

#include "runtime/core/base/lost.h"
#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/state/thread_registry.h"

extern "C" void* __libc_stack_end;  // ld.so: top of the main thread's stack

namespace lockweave::core {

constinit threads::Registry threads::registry;
constinit ThreadStacks threads::stacks;

using namespace threads;

void threads::list_live(ThreadState& state) {
  ThreadState* older = registry.newest_live.load(std::memory_order_relaxed);
  state.previous_live = nullptr;
  state.next_live.store(older, std::memory_order_relaxed);
  if (older != nullptr) older->previous_live = &state;
  registry.newest_live.store(&state, std::memory_order_release);
  registry.live.fetch_add(1, std::memory_order_seq_cst);
}

namespace {

// The registry's lock is held.
ThreadState* list_new_state(std::uint32_t pins, ThreadState* parent) {
  Acquisition** cache = take_cache();
  ThreadState* state = cache == nullptr ? nullptr : take_retired();
  if (state == nullptr && cache != nullptr) state = make_state();
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

// nullptr: without memory.
ThreadState* new_state(std::uint32_t pins, ThreadState* parent) {
  ThreadState* state = nullptr;
  {
    RawGuard guard(registry.lock);
    state = list_new_state(pins, parent);
  }
  if (state != nullptr) end_stack_objects(*state, UINTPTR_MAX);  // of its former life
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

}  // namespace

void threads::bind_to_calling_thread(ThreadState& state) {
  const int tid = os::thread_id();
  RawGuard guard(registry.lock);
  state.handle.store(pthread_self(), std::memory_order_relaxed);
  state.tid.store(tid, std::memory_order_relaxed);
  registry.by_tid.insert(hash_of(tid), state);
  list_handle(state);
  if (was_detached_early(pthread_self())) state.detached.store(true, std::memory_order_relaxed);
  tls.state = &state;
}

namespace {

std::uint32_t next_unannounced() {
  RawGuard guard(registry.lock);
  return registry.unannounced++;
}

// Each of its operations tries again; it counts once.
ThreadState* lose_thread() {
  thread_local constinit bool counted __attribute__((tls_model("initial-exec"))) = false;
  if (!counted) count_lost(Loss::threads);
  counted = true;
  return nullptr;
}

// A thread that nobody announced: the main thread, or one made by a raw clone.
ThreadState* register_unannounced() {
  ThreadState* state = new_state(0, nullptr);
  if (state == nullptr) return lose_thread();
  bind_to_calling_thread(*state);
  if (state->tid.load(std::memory_order_relaxed) == os::process_id()) {
    state->label = label_of_main();
    set_stack(*state, reinterpret_cast<std::uintptr_t>(__libc_stack_end), main_stack_size());
  } else {
    state->label = label_of_unannounced(next_unannounced());
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
  if (child == nullptr) {
    count_lost(Loss::threads);
    return nullptr;
  }
  registry.unstarted.fetch_add(1, std::memory_order_relaxed);
  child->stack_size = stack_size;
  child->created_at = created_at;
  child->label = label_of_child(parent.label, parent.children++);
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

// The stack is unlisted before its objects end: none can begin on it afterwards and be left in the list of a
// state that is another thread's by then.
void finish_thread(ThreadState& thread) {
  tls.gone = true;  // first: a handler that comes now is nobody's
  tls.idle = nullptr;
  tls.state = nullptr;
  stacks.remove(thread);
  end_stack_objects(thread, UINTPTR_MAX);
  RawGuard guard(registry.lock);
  mark_finished(thread);
  if (thread.detached.load(std::memory_order_relaxed)) end_of_naming(thread);
}

void for_each_thread_lock(LockVisitor visit) {
  visit(registry.lock);
  stacks.for_each_lock(visit);
}

}  // namespace lockweave::core
