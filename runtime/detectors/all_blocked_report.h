// runtime/detectors/all_blocked_report.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is told of threads that all wait: rules `deadlock`, `lost-wakeup` (a notification came when nobody
// waited for it) and `queue-imbalance` (queue_waits.h).
#pragma once

namespace lockweave::detectors {

// Returns as submit_deadlock does.
void report_all_blocked();

}  // namespace lockweave::detectors
