// tools/lockweave/cases/case_runner.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs cases under the runtime and their sources through the analyzer, several at a time. Each run is
// `lockweave run` or `lockweave analyze` of this very command in a child process, with a folder of its
// own that is removed afterwards, and with no settings from the environment but LOCKWEAVE_RUNTIME and
// LOCKWEAVE_ANALYZE: a suite gives the same for everybody.
// The analyzer sees a source once, however many compilers made programs of it with the same flags.
#pragma once

#include <functional>
#include <vector>

#include "tools/lockweave/cases/case_result.h"

namespace lockweave::cli {

enum class Halves { both, runtime, analyzer };

struct CaseRunner {
  Halves halves = Halves::both;
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
