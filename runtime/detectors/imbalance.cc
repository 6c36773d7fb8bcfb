// runtime/detectors/imbalance.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/imbalance.h"

#include "runtime/detectors/steps.h"

namespace lockweave::detectors {
namespace {

using core::Object;
using core::ReportStep;
using core::TakingView;
using core::ThreadState;

void check_permits(Object& semaphore) {
  if (!core::takers_give_back(semaphore) || core::takings_told(semaphore)) return;
  core::for_each_taking(
      semaphore,
      [](void* object, const TakingView& taking) {
        if (!taking.left) return;
        auto& lost_from = *static_cast<Object*>(object);
        const ReportStep steps[] = {core::step_of_taking(taking, lost_from),
                                    core::step_of_end(*taking.thread, lost_from)};
        tell("semaphore-imbalance", "never-released", steps, 2);
      },
      &semaphore);
}

class Imbalance final : public core::Detector {
 public:
  constexpr Imbalance() = default;

  void on_object_end(ThreadState&, Object& object, bool, const void*) override { check(object); }
  void on_process_end() override {
    core::for_each_object([](void*, Object& object) { check(object); }, nullptr);
  }

 private:
  static void check(Object& object) {
    if (object.kind == LW_SEMAPHORE) check_permits(object);
  }
};

constinit Imbalance detector;

}  // namespace

core::Detector& imbalance() { return detector; }

}  // namespace lockweave::detectors
