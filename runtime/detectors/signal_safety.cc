// runtime/detectors/signal_safety.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/signal_safety.h"

#include "runtime/detectors/once.h"

namespace lockweave::detectors {
namespace {

using core::EventKind;

class SignalSafety final : public core::Detector {
 public:
  constexpr SignalSafety() = default;

  core::EventMask wants() const override { return core::mask_of(EventKind::acquisition); }
  void on_event(const core::Event& event) override {
    on_acquisition(*event.thread, *event.acquisition);
  }

 private:
  void on_acquisition(core::ThreadState& thread, core::Acquisition& node) {
    if (thread.handling_signal == 0 || core::signal_being_handled(thread) == 0) return;
    if ((node.flags & LW_TRY) != 0) return;  // never waits for what it interrupted
    if (!first_time("signal-unsafe-lock", node.stack, node.object)) return;
    core::ReportStep step;
    step.thread = &thread;
    step.action = model::Action::acquires;
    step.object = node.object;
    step.mode = (node.flags & LW_SHARED) != 0 ? model::Mode::shared : model::Mode::exclusive;
    step.held = node.outer;
    step.stack = node.stack;
    core::Report report;
    report.rule = "signal-unsafe-lock";
    report.object = node.object;
    report.steps = &step;
    report.count = 1;
    core::submit(report);
  }
};

constinit SignalSafety detector;

}  // namespace

core::Detector& signal_safety() { return detector; }

}  // namespace lockweave::detectors
