// runtime/core/events/watch.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/watch.h"

#include "runtime/core/base/options.h"
#include "runtime/core/state/fast_lock.h"

namespace lockweave::core {

void begin_watching() {
  if (watching()) return;
  emit({.kind = EventKind::watch_begin, .literal_locksets = options.literal_locksets});
  close_fast_path(kWatched);  // first: fast_lock.h says why
  want_events(kOrderEvents);
}

}  // namespace lockweave::core
