// runtime/detectors/steps.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps that several detectors tell, and the telling of each bug once.
#pragma once

#include "runtime/core/events/detector.h"

namespace lockweave::detectors {

// `thread` does `action` to `object` now, called from `pc`.
core::ReportStep step_here(core::ThreadState& thread, model::Action action, core::Object& object,
                           const void* pc);
// `thread` took `node`, some time ago.
core::ReportStep step_taken(core::ThreadState& thread, core::Acquisition& node);
// `thread` is in the wait it has published.
core::ReportStep step_of_wait(core::ThreadState& thread, const core::WaitView& wait);

bool is_timed(const core::WaitView& wait);
bool is_shared(const core::WaitView& wait);
// A condition wait that does not give its mutex back.
bool keeps_mutex(const core::WaitView& wait);
// A destruction that waits until those who wait have left.
bool is_destruction(const core::WaitView& wait);

// Submits a finding whose place and object are those of the first step, once per process.
void tell(const char* rule, const char* variant, const core::ReportStep* steps,
          std::uint32_t count);

}  // namespace lockweave::detectors
