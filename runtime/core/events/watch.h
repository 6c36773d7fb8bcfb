// runtime/core/events/watch.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Watching variables: who accesses them, and everything that orders threads meanwhile. It begins with
// the first access that anybody reports, and then lasts. Nothing is lost by beginning so late: what
// orders an access before another one happens between the two.
//
// While nobody watches, the events that order threads are not delivered (event.h). While somebody does,
// every lock takes the general path, so that each acquisition and release is told.
#pragma once

#include "runtime/core/events/event.h"

namespace lockweave::core {

inline bool watching() { return wanted(EventKind::acquired); }
void begin_watching();  // may be repeated

}  // namespace lockweave::core
