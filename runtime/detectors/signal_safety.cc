// runtime/detectors/signal_safety.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/signal_safety.h"

#include "runtime/core/base/arena.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::ReportStep;
using core::ThreadState;

constexpr const char* kRule = "signal-unsafe-lock";

// Taken in the handler of a signal that the thread blocks at times.
struct Handled {
  Handled* next = nullptr;
  int signal = 0;
  ReportStep step;
};

std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

class SignalSafety final : public core::Detector {
 public:
  constexpr SignalSafety() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::acquisition, EventKind::fork_in_child);
  }
  void on_event(const core::Event& event) override {
    if (event.kind == EventKind::fork_in_child) {
      first_.store(nullptr, std::memory_order_relaxed);
    } else {
      on_acquisition(*event.thread, *event.acquisition, event.may_give_up, event.pc);
    }
  }

 private:
  void on_acquisition(ThreadState& thread, Acquisition& node, bool may_give_up, const void* pc) {
    if ((node.flags & LW_TRY) != 0) return;  // never waits for what it interrupted
    const int signal = thread.handling_signal == 0 ? 0 : core::signal_being_handled(thread);
    if (signal == 0) {
      if (!may_give_up) interruptible(thread, *node.object);
    } else {
      in_handler(thread, node, signal, pc);
    }
  }

  void in_handler(ThreadState& thread, Acquisition& node, int signal, const void* pc) {
    ReportStep step = step_taken(thread, node);
    step.stack = core::intern_here(pc);  // its own is of whoever took the lock there first
    const bool open = (open_signals_at(thread, *node.object) & bit(signal)) != 0;
    if (!core::ever_blocked(signal) || open) return tell(kRule, "", &step, 1);
    if (is_noted(step, signal)) return;
    auto* handled = core::arena.make<Handled>(first_.load(std::memory_order_relaxed), signal, step);
    if (handled == nullptr) return;
    while (!first_.compare_exchange_weak(handled->next, handled, std::memory_order_release)) {
    }
  }

  void interruptible(ThreadState& thread, core::Object& lock) {
    const std::uint64_t open = core::open_signals();
    if (open == 0) return;
    note_open_signals(thread, lock, open);
    Handled* at = first_.load(std::memory_order_acquire);
    for (; at != nullptr; at = at->next) {
      const bool same = at->step.thread == &thread && at->step.object == &lock;
      if (!same || (open & bit(at->signal)) == 0) continue;
      tell(kRule, "", &at->step, 1);
    }
  }

  bool is_noted(const ReportStep& step, int signal) const {
    const Handled* at = first_.load(std::memory_order_acquire);
    for (; at != nullptr; at = at->next) {
      const ReportStep& known = at->step;
      const bool same = known.thread == step.thread && known.object == step.object;
      if (same && known.stack == step.stack && at->signal == signal) return true;
    }
    return false;
  }

  std::atomic<Handled*> first_{nullptr};
};

constinit SignalSafety detector;

}  // namespace

core::Detector& signal_safety() { return detector; }

}  // namespace lockweave::detectors
