// runtime/core/events/watch.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/watch.h"

#include "runtime/core/base/options.h"
#include "runtime/core/state/fast_lock.h"

namespace lockweave::core {

constinit std::atomic<bool> watching_variables{false};

void begin_watching() {
  if (watching()) return;
  watcher().on_begin(options.literal_locksets);
  watching_variables.store(true, std::memory_order_seq_cst);
  fast_locks_open.store(false, std::memory_order_seq_cst);
}

}  // namespace lockweave::core
