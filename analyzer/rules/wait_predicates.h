// analyzer/rules/wait_predicates.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lambda is the predicate of which wait. A wait calls its predicate while it holds its lock,
// but in the program the lambda has no caller: `cv.wait(lock, [this] { return ready_; })`.
//
// Told by the places in the source: of the lambdas in the function that waits, the first one behind the wait.
// Thread-safety: pure function. Cost: linear in functions and operations.
// Limits: a predicate made before the wait, or that is no lambda, is not found.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "analyzer/rules/names.h"

namespace lockweave::analyzer::rules {

struct WaitSite {
  FunctionId function = 0;  // that waits
  const Moment* wait = nullptr;
};

// By lambda; of a lambda in a template several.
std::map<FunctionId, std::vector<WaitSite>> wait_predicates(const Program& program);

}  // namespace lockweave::analyzer::rules
