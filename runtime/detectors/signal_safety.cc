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

// Taken in the handler of a signal that the thread blocks at times. Read and written by the thread whose it is;
// when that has ended it is another's.
struct Handled {
  Handled* next = nullptr;
  std::atomic<model::Id> owner{0};  // 0: nobody's
  int signal = 0;
  ReportStep step;
};

std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

class SignalSafety final : public core::Detector {
 public:
  constexpr SignalSafety() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::acquisition, EventKind::thread_end, EventKind::fork_in_child);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::acquisition:
        return on_acquisition(*event.thread, *event.acquisition, event.may_give_up, event.pc);
      case EventKind::thread_end: return on_thread_end(*event.thread);
      case EventKind::fork_in_child: return first_.store(nullptr, std::memory_order_relaxed);
      default: break;
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
    Handled* handled = spare_for(thread);
    if (handled == nullptr) return core::count_lost(core::Loss::findings);
    core::pin_object(*node.object);
    core::pin_chain(node.outer);
    handled->signal = signal;
    handled->step = step;
  }

  void on_thread_end(const ThreadState& thread) {
    for_each_of(thread, [](Handled& handled) {
      handled.step = {};
      handled.owner.store(0, std::memory_order_release);
    });
  }

  void interruptible(ThreadState& thread, core::Object& lock) {
    const std::uint64_t open = core::open_signals();
    if (open == 0) return;
    note_open_signals(thread, lock, open);
    for_each_of(thread, [&](const Handled& handled) {
      const bool same = handled.step.object == &lock && (open & bit(handled.signal)) != 0;
      if (same) tell(kRule, "", &handled.step, 1);
    });
  }

  bool is_noted(const ReportStep& step, int signal) const {
    bool noted = false;
    for_each_of(*step.thread, [&](const Handled& handled) {
      const ReportStep& known = handled.step;
      noted |= known.object == step.object && known.stack == step.stack && handled.signal == signal;
    });
    return noted;
  }

  template <class Visit>
  void for_each_of(const ThreadState& thread, Visit visit) const {
    for (Handled* at = first_.load(std::memory_order_acquire); at != nullptr; at = at->next) {
      if (at->owner.load(std::memory_order_acquire) == thread.id) visit(*at);
    }
  }

  // The calling thread's from now on.
  Handled* spare_for(const ThreadState& thread) {
    const model::Id id = thread.id;
    for (Handled* at = first_.load(std::memory_order_acquire); at != nullptr; at = at->next) {
      model::Id nobody = 0;
      if (at->owner.compare_exchange_strong(nobody, id, std::memory_order_acq_rel)) return at;
    }
    auto* made = core::arena.make<Handled>();
    if (made == nullptr) return nullptr;
    made->owner.store(id, std::memory_order_relaxed);
    made->next = first_.load(std::memory_order_relaxed);
    while (!first_.compare_exchange_weak(made->next, made, std::memory_order_release)) {
    }
    return made;
  }

  std::atomic<Handled*> first_{nullptr};
};

constinit SignalSafety detector;

}  // namespace

core::Detector& signal_safety() { return detector; }

}  // namespace lockweave::detectors
