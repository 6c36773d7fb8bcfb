// runtime/core/report.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A finding of a detector, still in terms of the live process: pointers to states, objects, nodes.
// The journal turns it into a model::RawFinding; words and source lines are added after the run.
#pragma once

#include "model/record.h"
#include "runtime/core/thread_state.h"

namespace lockweave::core {

struct ReportStep {
  ThreadState* thread = nullptr;
  model::Action action = model::Action::wants;
  Object* object = nullptr;
  model::Mode mode = model::Mode::exclusive;
  ThreadState* other = nullptr;
  Acquisition* held = nullptr;
  InternedStack* stack = nullptr;
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
