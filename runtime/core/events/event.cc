// runtime/core/events/event.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/event.h"

#include "runtime/core/state/fast_lock.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {

constinit std::atomic<EventMask> wanted_events{0};

namespace {

// What each of the table's detectors wants; written once, before any event.
constinit EventMask wants[kDetectorsMost] = {};

// The detectors look at `thread->top`. Of a release they do not, and there may be many in a row; an access
// without its locks would be a false finding.
void bring_chain_up_to_date_for(const Event& event) {
  if (event.thread == nullptr || event.kind == EventKind::release) return;
  const bool access = event.kind == EventKind::access || event.kind == EventKind::thread_end;
  (void)bring_chain_up_to_date(*event.thread,
                               access ? Effort::whatever_it_takes : Effort::within_credit);
}

}  // namespace

void open_events() {
  const DetectorTable table = detector_table();
  EventMask all = 0;
  for (std::uint32_t i = 0; i < table.count; ++i) {
    all |= wants[i] = table.entries[i]->wants();
  }
  want_events(all & ~kOrderEvents);
}

void want_events(EventMask kinds) {
  if ((kinds & mask_of(EventKind::operation)) != 0) close_fast_path(kControlled);
  wanted_events.fetch_or(kinds, std::memory_order_seq_cst);
}

void deliver(const Event& event) {
  bring_chain_up_to_date_for(event);
  const DetectorTable table = detector_table();
  for (std::uint32_t i = 0; i < table.count; ++i) {
    if ((wants[i] & mask_of(event.kind)) != 0) table.entries[i]->on_event(event);
  }
}

}  // namespace lockweave::core
