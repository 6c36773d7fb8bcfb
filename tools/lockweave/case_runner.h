// tools/lockweave/case_runner.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs cases under the runtime, several at a time. Each run is `lockweave run` of this very command
// in a child process, with a folder of its own that is removed afterwards, and with no settings from
// the environment but LOCKWEAVE_RUNTIME: a suite gives the same for everybody.
#pragma once

#include <functional>
#include <vector>

#include "tools/lockweave/case_result.h"

namespace lockweave::cli {

struct CaseRunner {
  unsigned jobs = 1;
  unsigned repeat = 1;
  double timeout_s = 30;
  std::string runtime;  // as given with --runtime; may be empty
  // Called after each run, one call at a time.
  std::function<void(std::size_t done, std::size_t total)> on_progress;

  // The results in the order of the cases.
  std::vector<CaseResult> run(const std::vector<Case>& cases) const;
};

}  // namespace lockweave::cli
