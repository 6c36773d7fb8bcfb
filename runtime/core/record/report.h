// runtime/core/record/report.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A finding of a detector, still in terms of the live process: pointers to states, objects, nodes.
// The record writer turns it into a model::RawFinding; words and source lines are added after the run.
#pragma once

#include "model/record.h"
#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

struct ReportStep {
  ThreadState* thread = nullptr;
  model::Action action = model::Action::wants;
  Object* object = nullptr;
  model::Mode mode = model::Mode::exclusive;
  ThreadState* other = nullptr;
  Acquisition* held = nullptr;
  InternedStack* stack = nullptr;
  std::uint64_t count = 1;  // permits, values
};

// Steps whose number shows while they are told. Without memory the rest is left out, and counted.
class StepList {
 public:
  void add(const ReportStep& step) {
    if (count_ < capacity_ || grow()) {
      steps_[count_++] = step;
    } else {
      count_lost(Loss::steps);
    }
  }
  const ReportStep* begin() const { return steps_; }
  std::uint32_t count() const { return count_; }

 private:
  bool grow() {
    const std::uint32_t capacity = capacity_ == 0 ? 8 : capacity_ * 2;
    auto* larger = arena.make_array<ReportStep>(capacity);
    if (larger == nullptr) return false;
    for (std::uint32_t i = 0; i < count_; ++i) larger[i] = steps_[i];
    steps_ = larger;
    capacity_ = capacity;
    return true;
  }

  ReportStep* steps_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint32_t capacity_ = 0;
};

struct Report {
  const char* rule = "";
  const char* variant = "";
  bool certain = true;
  bool printed = false;
  Object* object = nullptr;
  const ReportStep* steps = nullptr;
  std::uint32_t count = 0;
};

}  // namespace lockweave::core
