// runtime/core/state/loader_lock.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic loader's locks: recursive mutexes of glibc's inside ld.so, which the loader takes by itself,
// unseen. Under the *load lock* libraries are loaded and unloaded, with their constructors and destructors,
// and symbols are looked up; under the *list lock* dl_iterate_phdr calls back. So user code, with locks of
// its own, runs under both. The calls that take the load lock for long tell that they will (hooks.h:
// lw_loader_call). Who has a lock its own words say, and who sleeps for it the kernel.
//
// Neither is in any list of held locks, because nothing tells when the loader gives it back. A thread that
// has the load lock while it nests shows that (under_loader_lock): as an order, and as a guard.
// Where the locks are not known (another libc) nothing is said of them.
//
// Cost: a load for each new nesting, and for each contended lock whose holder runs; while somebody has a
// lock of the loader the latter asks the kernel (a file of /proc).
// Thread-safety: any thread. `asleep_in_loader` is a racy look, confirmed by a second one.
#pragma once

#include "runtime/core/code/stack.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

void know_loader_locks(std::uintptr_t load, std::uintptr_t list);  // once, before main
std::uintptr_t load_lock();                                        // 0: not known

bool owns_load_lock(const ThreadState& thread);
bool owns_loader_lock(const ThreadState& thread);  // any of them
// The load lock, taken by the thread's last loader call within `outer`, which may be nullptr.
// nullptr: it has it not, or no such call was told.
Acquisition* under_loader_lock(const ThreadState& thread, Acquisition* outer);

// Whoever has the lock of the loader that `thread` is asleep for, and where it sleeps.
struct LoaderSleep {
  ThreadState* owner = nullptr;  // nullptr: it does not, or nobody known has it
  std::uintptr_t lock = 0;
  std::uintptr_t pc = 0;
  std::uintptr_t stack_pointer = 0;
};
LoaderSleep asleep_in_loader(const ThreadState& thread);

}  // namespace lockweave::core
