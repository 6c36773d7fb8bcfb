// runtime/detectors/imbalance.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/imbalance.h"

#include "runtime/detectors/steps.h"

namespace lockweave::detectors {
namespace {

using core::EventKind;
using core::Object;
using core::OutstandingPermits;
using core::ReportStep;
using core::ThreadState;

void tell_lost(const char* rule, const char* variant, const OutstandingPermits& taking,
               Object& object) {
  const ReportStep steps[] = {core::step_of_outstanding(taking, object),
                              core::step_of_end(*taking.thread, object)};
  tell(rule, variant, steps, taking.left ? 2 : 1);
}

std::uint64_t taken_by(const ThreadState& thread, const Object& semaphore) {
  struct Sum {
    const ThreadState& thread;
    std::uint64_t count;
  } sum{thread, 0};
  core::for_each_outstanding(
      semaphore,
      [](void* argument, const OutstandingPermits& taking) {
        auto& of = *static_cast<Sum*>(argument);
        if (taking.thread == &of.thread) of.count += taking.count;
      },
      &sum);
  return sum.count;
}

// Who takes every permit waits for all others to be through.
bool has_drained(const ThreadState& thread, const Object& semaphore) {
  const std::uint32_t permits = semaphore.permits.load(std::memory_order_relaxed);
  return permits > 1 && taken_by(thread, semaphore) >= permits;
}

void check_permits(Object& semaphore) {
  if (!core::takers_give_back(semaphore) || core::outstanding_reported(semaphore)) return;
  core::for_each_outstanding(
      semaphore,
      [](void* object, const OutstandingPermits& taking) {
        auto& lost_from = *static_cast<Object*>(object);
        if (!taking.left || has_drained(*taking.thread, lost_from)) return;
        tell_lost("semaphore-imbalance", "never-released", taking, lost_from);
      },
      &semaphore);
}

// `ender` destroys the queue; nullptr: the process ends.
void check_values(Object& queue, const ThreadState* ender) {
  if (!core::work_is_counted(queue) || core::outstanding_reported(queue)) return;
  struct Context {
    Object& queue;
    const ThreadState* ender;
  } context{queue, ender};
  core::for_each_outstanding(
      queue,
      [](void* argument, const OutstandingPermits& taking) {
        const auto& at = *static_cast<Context*>(argument);
        if (!taking.left && taking.thread != at.ender) return;  // it may still be at work
        tell_lost("queue-imbalance", "not-done", taking, at.queue);
      },
      &context);
}

void check(Object& object, const ThreadState* ender) {
  if (object.kind == LW_SEMAPHORE) check_permits(object);
  if (object.kind == LW_QUEUE) check_values(object, ender);
}

class Imbalance final : public core::Detector {
 public:
  constexpr Imbalance() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::object_end, EventKind::process_end);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::object_end: check(*event.object, event.thread); break;
      case EventKind::process_end: return on_process_end();
      default: break;
    }
  }

 private:
  void on_process_end() {
    core::for_each_object([](void*, Object& object) { check(object, nullptr); }, nullptr);
  }
};

constinit Imbalance detector;

}  // namespace

core::Detector& imbalance() { return detector; }

}  // namespace lockweave::detectors
