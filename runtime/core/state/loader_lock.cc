// runtime/core/state/loader_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/loader_lock.h"

#include "runtime/core/base/os.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {
namespace {

constinit std::atomic<std::uintptr_t> load{0};
constinit std::atomic<std::uintptr_t> list{0};

int owner_tid(std::uintptr_t lock) {
  return lock == 0 ? 0 : owner_word(LW_RECURSIVE_MUTEX, lock)->load(std::memory_order_seq_cst);
}

bool owns(const ThreadState& thread, std::uintptr_t lock) {
  const int owner = owner_tid(lock);
  return owner != 0 && owner == thread.tid.load(std::memory_order_relaxed);
}

bool others_own(const ThreadState& thread, std::uintptr_t lock) {
  return owner_tid(lock) != 0 && !owns(thread, lock);
}

}  // namespace

void know_loader_locks(std::uintptr_t load_at, std::uintptr_t list_at) {
  load.store(load_at, std::memory_order_relaxed);
  list.store(list_at, std::memory_order_relaxed);
}

std::uintptr_t load_lock() { return load.load(std::memory_order_relaxed); }

bool owns_load_lock(const ThreadState& thread) { return owns(thread, load_lock()); }

bool owns_loader_lock(const ThreadState& thread) {
  return owns_load_lock(thread) || owns(thread, list.load(std::memory_order_relaxed));
}

Acquisition* under_loader_lock(const ThreadState& thread, Acquisition* outer) {
  if (thread.loader_call == nullptr || !owns_load_lock(thread)) return nullptr;
  return intern_like(*thread.loader_call, outer);
}

LoaderSleep asleep_in_loader(const ThreadState& thread) {
  const std::uintptr_t list_lock = list.load(std::memory_order_relaxed);
  if (!others_own(thread, load_lock()) && !others_own(thread, list_lock)) return {};
  const os::FutexSleep sleep = os::futex_sleep_of(thread.tid.load(std::memory_order_relaxed));
  // The futex is a mutex's first word.
  if (sleep.word == 0 || (sleep.word != load_lock() && sleep.word != list_lock)) return {};
  return {thread_by_tid(owner_tid(sleep.word)), sleep.word, sleep.pc, sleep.stack_pointer};
}

}  // namespace lockweave::core
