// runtime/detectors/reads_again.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/reads_again.h"

#include "runtime/core/base/arena.h"
#include "runtime/detectors/once.h"
#include "runtime/detectors/steps.h"
#include "runtime/detectors/thread_past.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::ReportStep;
using core::ThreadState;

constexpr const char* kNoted = "read again, noted";

struct Reading {
  Reading* next = nullptr;
  ReportStep again;
  ReportStep before;
};

class ReadsAgain final : public core::Detector {
 public:
  constexpr ReadsAgain() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::read_again, EventKind::acquisition, EventKind::fork_in_child);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::read_again:
        return on_read_again(*event.thread, *event.object, *event.acquisition, event.pc);
      case EventKind::acquisition: return on_acquisition(*event.thread, *event.acquisition);
      case EventKind::fork_in_child: return first_.store(nullptr, std::memory_order_relaxed);
      default: break;
    }
  }

 private:
  static constexpr std::uint32_t kNoWriter = LW_SHARED | LW_TRY | LW_TIMED;

  void on_read_again(ThreadState& thread, Object& object, Acquisition& held, const void* pc) {
    ReportStep again = step_here(thread, model::Action::wants, object, pc);
    again.mode = model::Mode::shared;
    if (!first_time(kNoted, again.stack, again.object)) return;
    auto* reading = core::arena.make<Reading>(nullptr, again, step_taken(thread, held));
    if (reading == nullptr) return;
    core::pin_thread(thread);
    core::pin_object(object);
    core::pin_chain(&held);
    core::pin_chain(thread.top);
    add(*reading);
    for (ThreadState* other = core::newest_state(); other != nullptr; other = other->next) {
      if (Acquisition* writing = written_by(*other, object)) {
        if (tell_if_other(*reading, *other, *writing)) return;
      }
    }
  }

  void on_acquisition(ThreadState& thread, Acquisition& node) {
    if (node.object->kind != LW_RWLOCK || (node.flags & kNoWriter) != 0) return;
    std::atomic_thread_fence(
        std::memory_order_seq_cst);  // either it sees the past, or we the reading
    Reading* reading = first_.load(std::memory_order_acquire);
    for (; reading != nullptr; reading = reading->next) {
      if (reading->again.object == node.object) tell_if_other(*reading, thread, node);
    }
  }

  void add(Reading& reading) {
    reading.next = first_.load(std::memory_order_relaxed);
    while (!first_.compare_exchange_weak(reading.next, &reading, std::memory_order_seq_cst)) {
    }
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }

  static Acquisition* written_by(const ThreadState& thread, const Object& object) {
    return thread.lost_in_fork ? nullptr : taken_without(thread, object, kNoWriter);
  }

  static bool tell_if_other(const Reading& reading, ThreadState& writer, Acquisition& writing) {
    if (&writer == reading.again.thread) return false;
    const ReportStep steps[] = {reading.again, reading.before, step_taken(writer, writing)};
    tell("double-lock", "reads-again", steps, 3);
    return true;
  }

  std::atomic<Reading*> first_{nullptr};
};

constinit ReadsAgain detector;

}  // namespace

core::Detector& reads_again() { return detector; }

}  // namespace lockweave::detectors
