// runtime/core/state/thread_stacks.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stacks of live threads, by address: a treap through the states. Stacks do not overlap.
// Thread-safety: one raw lock. Cost: logarithmic in live threads; what lies below all stacks there ever were,
// as the main heap does, costs one load.
#pragma once

#include "runtime/core/base/raw_lock.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

class ThreadStacks {
 public:
  constexpr ThreadStacks() = default;

  // `stack_low` and `stack_high` are set, and stay while it is listed.
  void insert(ThreadState& state);
  void remove(ThreadState& state);  // nothing if it is not listed
  ThreadState* find(std::uintptr_t address);
  void clear_after_fork() {
    RawGuard guard(lock_);
    root_ = nullptr;
  }
  void for_each_lock(LockVisitor visit) { visit(lock_); }

 private:
  RawLock lock_;
  ThreadState* root_ = nullptr;
  std::atomic<std::uintptr_t> lowest_{UINTPTR_MAX};  // falls only, before the state is listed
};

}  // namespace lockweave::core
