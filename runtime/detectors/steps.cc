// runtime/detectors/steps.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/steps.h"

#include "runtime/detectors/once.h"

namespace lockweave::detectors {

using core::ReportStep;
using model::Action;

ReportStep step_here(core::ThreadState& thread, Action action, core::Object& object,
                     const void* pc) {
  ReportStep step;
  step.thread = &thread;
  step.action = action;
  step.object = &object;
  step.held = thread.top;
  step.stack = core::intern_here(pc);
  return step;
}

void tell(const char* rule, const char* variant, const ReportStep* steps, std::uint32_t count) {
  if (!first_time(rule, steps[0].stack, steps[0].object)) return;
  core::Report report;
  report.rule = rule;
  report.variant = variant;
  report.object = steps[0].object;
  report.steps = steps;
  report.count = count;
  core::submit(report);
}

}  // namespace lockweave::detectors
