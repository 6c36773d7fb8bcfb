// runtime/core/events/event.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/event.h"

namespace lockweave::core {

constinit std::atomic<EventMask> wanted_events{0};

namespace {

template <class Visit>
void for_each_detector(Visit visit) {
  const DetectorTable table = detector_table();
  for (std::uint32_t i = 0; i < table.count; ++i) visit(*table.entries[i]);
}

}  // namespace

void open_events() {
  EventMask all = 0;
  for_each_detector([&all](const Detector& detector) { all |= detector.wants(); });
  want_events(all & ~kOrderEvents);
}

void want_events(EventMask kinds) { wanted_events.fetch_or(kinds, std::memory_order_seq_cst); }

void deliver(const Event& event) {
  for_each_detector([&event](Detector& detector) {
    if ((detector.wants() & mask_of(event.kind)) != 0) detector.on_event(event);
  });
}

}  // namespace lockweave::core
