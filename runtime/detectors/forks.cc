// runtime/detectors/forks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/forks.h"

#include "runtime/detectors/steps.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

// The thread of the parent that held `object` at the fork; its state was left as it was.
ThreadState* holder_left_behind(const Object& object, Acquisition** node) {
  for (ThreadState* thread = core::newest_lost_in_fork(); thread != nullptr;
       thread = thread->next_retired) {
    core::for_each_held(*thread, [&](const core::Held& held) {
      if (held.node->object == &object) *node = held.node;
    });
    if (*node != nullptr) return thread;
  }
  return nullptr;
}

class Forks final : public core::Detector {
 public:
  constexpr Forks() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::fork_in_child, EventKind::block);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::fork_in_child: forked_ = true; break;
      case EventKind::block: return on_block(*event.thread);
      default: break;
    }
  }

 private:
  void on_block(ThreadState& thread) {
    if (!forked_) return;
    const WaitView wait = core::view_wait(thread);
    Acquisition* node = nullptr;
    if (wait.object == nullptr || wait.object->process_shared || wait.wanted == nullptr) return;
    if (wait.kind == LW_ONCE) return;  // glibc runs in the child what was begun before the fork
    ThreadState* holder = holder_left_behind(*wait.object, &node);
    if (holder == nullptr) return;
    const ReportStep steps[] = {step_of_wait(thread, wait), step_taken(*holder, *node)};
    tell("fork-while-locked", "", steps, 2);
  }

  bool forked_ = false;
};

constinit Forks detector;

}  // namespace

core::Detector& forks() { return detector; }

}  // namespace lockweave::detectors
