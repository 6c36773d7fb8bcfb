// runtime/core/events/outstanding.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Outstanding permits as detectors ask for them, and as steps of a report (detector.h).
#include "runtime/core/events/detector.h"

namespace lockweave::core {
namespace {

// A semaphore of one permit is followed as a lock.
void visit_permits_held_as_locks(const Object& object, OutstandingVisitor visit, void* context) {
  struct Context {
    OutstandingVisitor visit;
    void* context;
  } at{visit, context};
  for_each_holder(
      object,
      [](void* argument, ThreadState& holder, Acquisition& node) {
        const auto& to = *static_cast<Context*>(argument);
        to.visit(to.context, {&holder, node.stack, 1, false});
      },
      &at);
}

void add_outstanding_of(Object& object, StepList& steps) {
  struct Context {
    Object& object;
    StepList& steps;
  } context{object, steps};
  for_each_outstanding(
      object,
      [](void* argument, const OutstandingPermits& taken) {
        auto& to = *static_cast<Context*>(argument);
        to.steps.add(step_of_outstanding(taken, to.object));
        if (taken.left) to.steps.add(step_of_end(*taken.thread, to.object));
      },
      &context);
  mark_outstanding_reported(object);
}

}  // namespace

void for_each_outstanding(const Object& object, OutstandingVisitor visit, void* context) {
  if (!has_open_permit_account(object)) return;
  if (object.kind == LW_SEMAPHORE) visit_permits_held_as_locks(object, visit, context);
  for_each_taken(object, visit, context);
}

ReportStep step_of_outstanding(const OutstandingPermits& taken, Object& object) {
  ReportStep step;
  step.thread = taken.thread;
  step.action = model::Action::acquires;
  step.object = &object;
  step.stack = taken.stack;
  step.count = taken.count;
  return step;
}

ReportStep step_of_end(ThreadState& thread, Object& object) {
  ReportStep step;
  step.thread = &thread;
  step.action = model::Action::ends;
  step.object = &object;
  return step;
}

void add_outstanding_permits(StepList& steps) {
  const std::uint32_t waits = steps.count();
  for (std::uint32_t i = 0; i < waits; ++i) {
    Object* object = steps.begin()[i].object;
    bool first = object != nullptr;
    for (std::uint32_t j = 0; j < i; ++j) first &= steps.begin()[j].object != object;
    const bool expected_back = first && (object->kind != LW_QUEUE || work_is_counted(*object));
    if (expected_back) add_outstanding_of(*object, steps);
  }
}

}  // namespace lockweave::core
