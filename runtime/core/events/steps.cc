// runtime/core/events/steps.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/steps.h"

namespace lockweave::core {

using model::Action;
using model::Mode;

ReportStep step_taken(ThreadState& thread, Acquisition& node) {
  ReportStep step;
  step.thread = &thread;
  step.action = Action::acquires;
  step.object = node.object;
  step.mode = (node.flags & LW_SHARED) != 0 ? Mode::shared : Mode::exclusive;
  step.held = node.outer;
  step.stack = node.stack;
  return step;
}

ReportStep step_of_wait(ThreadState& thread, const WaitView& wait) {
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
    step.other = owner_of(wait);
  }
  step.held = thread.top;
  step.stack = stack_of_wait(thread, wait);
  return step;
}

}  // namespace lockweave::core
