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

namespace {

void submit_steps(const char* rule, const char* variant, const ReportStep* steps,
                  std::uint32_t count) {
  core::Report report;
  report.rule = rule;
  report.variant = variant;
  report.object = steps[0].object;
  report.steps = steps;
  report.count = count;
  core::submit(report);
}

}  // namespace

void tell_place(const char* rule, const char* variant, const ReportStep& step) {
  if (first_time(rule, step.stack, nullptr)) submit_steps(rule, variant, &step, 1);
}

void tell(const char* rule, const char* variant, const ReportStep* steps, std::uint32_t count) {
  if (!first_time(rule, steps[0].stack, steps[0].object)) return;
  submit_steps(rule, variant, steps, count);
}

}  // namespace lockweave::detectors
