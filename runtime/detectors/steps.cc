// runtime/detectors/steps.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/steps.h"

#include "runtime/detectors/once.h"

namespace lockweave::detectors {

using core::ReportStep;
using model::Action;
using model::Mode;

bool is_timed(const core::WaitView& wait) { return (wait.flags & LW_TIMED) != 0; }
bool is_shared(const core::WaitView& wait) { return (wait.flags & LW_SHARED) != 0; }
bool keeps_mutex(const core::WaitView& wait) { return (wait.flags & LW_KEEPS) != 0; }
bool is_destruction(const core::WaitView& wait) { return (wait.flags & LW_LEAVING) != 0; }

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

ReportStep step_taken(core::ThreadState& thread, core::Acquisition& node) {
  ReportStep step;
  step.thread = &thread;
  step.action = Action::acquires;
  step.object = node.object;
  step.mode = (node.flags & LW_SHARED) != 0 ? Mode::shared : Mode::exclusive;
  step.held = node.outer;
  step.stack = node.stack;
  return step;
}

ReportStep step_of_wait(core::ThreadState& thread, const core::WaitView& wait) {
  ReportStep step;
  step.thread = &thread;
  step.action = wait.kind == LW_THREAD   ? Action::joins
                : is_destruction(wait)   ? Action::destroys
                : wait.wanted != nullptr ? Action::wants
                                         : Action::waits;
  step.object = wait.object;
  step.mode = is_shared(wait) ? Mode::shared : Mode::exclusive;
  if (wait.kind == LW_THREAD) {
    step.other = wait.joined;
  } else if (wait.with == nullptr) {
    step.other = core::owner_of(wait);
  }
  step.held = thread.top;
  step.stack = core::stack_of_wait(thread, wait);
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
