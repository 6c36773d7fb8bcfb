// runtime/detectors/misuse.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/misuse.h"

#include "runtime/detectors/once.h"
#include "runtime/detectors/steps.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using model::Action;

class Misuse final : public core::Detector {
 public:
  constexpr Misuse() = default;

  void on_fork_in_child(ThreadState&) override { forget_told_after_fork(); }

  void on_release_not_held(ThreadState& thread, Object& object, const char* variant,
                           const void* pc) override {
    ReportStep steps[2] = {step_here(thread, Action::releases, object, pc)};
    Acquisition* node = nullptr;
    ThreadState* holder = core::holder_of(object, &thread, &node);
    if (holder != nullptr) steps[1] = step_taken(*holder, *node);
    tell("unlock-not-held", variant, steps, holder != nullptr ? 2 : 1);
  }

  void on_object_end(ThreadState& thread, Object& object, bool freed, const void* pc) override {
    ReportStep steps[2] = {step_here(thread, Action::destroys, object, pc)};
    Acquisition* node = nullptr;
    if (ThreadState* holder = core::holder_of(object, nullptr, &node)) {
      if (object.kind == LW_SEMAPHORE || !core::really_holds(*holder, object)) return;
      steps[1] = step_taken(*holder, *node);
      tell("destroyed-while-held", freed ? "freed" : "held", steps, 2);
    } else if (core::waiters_of(object) > core::wakes_on_way(object)) {
      tell("destroyed-while-held", "waited-for", steps, 1);
    }
  }

  void on_thread_end(ThreadState& thread) override {
    for (Acquisition* node = thread.top; node != nullptr; node = node->outer) {
      if (node->object->kind == LW_SEMAPHORE) continue;  // it may be another's to give
      const ReportStep steps[] = {step_taken(thread, *node),
                                  core::step_of_end(thread, *node->object)};
      tell("lock-leak", "", steps, 2);
    }
  }

  void on_assert_held(ThreadState& thread, Object& object, const void* pc) override {
    const ReportStep steps[] = {step_here(thread, Action::wants, object, pc)};
    tell("inconsistent-locking", "assert-held", steps, 1);
  }

  void on_misuse(ThreadState& thread, const char* rule, const char* variant, Object& object,
                 const void* pc) override {
    const ReportStep steps[] = {step_here(thread, Action::releases, object, pc)};
    tell(rule, variant, steps, 1);
  }
};

constinit Misuse detector;

}  // namespace

core::Detector& misuse() { return detector; }

}  // namespace lockweave::detectors
