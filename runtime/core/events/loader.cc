// runtime/core/events/loader.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of the dynamic loader (hooks.h): what is known before they are made. How they end is not seen.
#include <errno.h>

#include "lockweave/hooks.h"
#include "runtime/core/base/arena.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/site_key.h"
#include "runtime/core/state/loader_lock.h"

using namespace lockweave::core;

extern "C" {

void lw_loader_locks(const void* load, const void* list) {
  const auto address = reinterpret_cast<std::uintptr_t>(load);
  Object* lock = object_at(address, LW_RECURSIVE_MUTEX, 0, __builtin_return_address(0));
  if (lock == nullptr) return;
  lock->name = keep_text("the dynamic loader's lock");
  know_loader_locks(address, reinterpret_cast<std::uintptr_t>(list));
}

// What the thread knows to be nothing new may be so under the loader's lock.
void lw_loader_call(const void* pc) {
  ThreadState& thread = *tls.state;
  const int kept = errno;
  bool made = false;
  const AcquisitionKey key{nullptr, load_lock(), site_key(pc), 0};
  thread.loader_call = intern_acquisition(key, LW_RECURSIVE_MUTEX, 0, pc, made);
  forget_known_acquisitions(thread);
  errno = kept;
}

}  // extern "C"
