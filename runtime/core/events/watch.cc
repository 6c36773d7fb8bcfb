// runtime/core/events/watch.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/watch.h"

#include "runtime/core/base/options.h"
#include "runtime/core/state/fast_lock.h"

namespace lockweave::core {

void begin_watching() {
  if (watching()) return;
  keep_ended_threads();  // histories of variables name threads, nodes and objects for ever
  emit({.kind = EventKind::watch_begin, .literal_locksets = options.literal_locksets});
  close_fast_path(kWatched);  // first: fast_lock.h says why
  want_events(kOrderEvents);
}

}  // namespace lockweave::core
