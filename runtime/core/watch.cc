// runtime/core/watch.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/watch.h"

#include "runtime/core/fast_lock.h"
#include "runtime/core/options.h"

namespace lockweave::core {

constinit std::atomic<bool> watching_variables{false};

void begin_watching() {
  if (watching()) return;
  watcher().on_begin(options.literal_locksets);
  watching_variables.store(true, std::memory_order_seq_cst);
  fast_locks_open.store(false, std::memory_order_seq_cst);
}

}  // namespace lockweave::core
