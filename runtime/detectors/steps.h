// runtime/detectors/steps.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What several detectors tell, and the telling of each bug once.
#pragma once

#include "runtime/core/events/steps.h"

namespace lockweave::detectors {

// `thread` does `action` to `object` now, called from `pc`.
core::ReportStep step_here(core::ThreadState& thread, model::Action action, core::Object& object,
                           const void* pc);

// Submits a finding whose place and object are those of the first step, once per process.
void tell(const char* rule, const char* variant, const core::ReportStep* steps,
          std::uint32_t count);
// The same of one step, once for all objects.
void tell_place(const char* rule, const char* variant, const core::ReportStep& step);

}  // namespace lockweave::detectors
