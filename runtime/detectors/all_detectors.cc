// runtime/detectors/all_detectors.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table of detectors: add a line here for a new one. The order is that of telling: what can end
// the process comes last, so that the others have heard of the event.
#include "runtime/core/events/event.h"
#include "runtime/detectors/forks.h"
#include "runtime/detectors/imbalance.h"
#include "runtime/detectors/misuse.h"
#include "runtime/detectors/races.h"
#include "runtime/detectors/reads_again.h"
#include "runtime/detectors/signal_safety.h"
#include "runtime/detectors/wait_for.h"
#include "runtime/detectors/waits.h"

namespace lockweave::core {

DetectorTable detector_table() {
  static core::Detector* const detectors[] = {
      &detectors::races(),         &detectors::misuse(),   &detectors::imbalance(),
      &detectors::signal_safety(), &detectors::forks(),    &detectors::waits(),
      &detectors::reads_again(),   &detectors::wait_for(),
  };
  static_assert(sizeof detectors / sizeof detectors[0] <= kDetectorsMost);
  return {detectors, sizeof detectors / sizeof detectors[0]};
}

// Nobody else wants accesses.
bool access_is_known(ThreadState& thread, std::uintptr_t address, lw_access_kind kind) {
  return detectors::knows_access(thread, address, kind);
}

}  // namespace lockweave::core
