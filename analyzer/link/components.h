// analyzer/link/components.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The strongly connected components of the call graph, callees before callers. A function passed to
// a call counts as called by it; what a spawn starts does not.
// Cost: linear. Thread-safety: plain data.
#pragma once

#include <vector>

#include "analyzer/link/calls.h"

namespace lockweave::analyzer::link {

struct Components {
  std::vector<std::vector<FunctionId>> members;  // bottom-up; each sorted
  std::vector<std::uint32_t> of;                 // by function: index of members
  std::vector<bool> recursive;                   // by component: more than one, or calls itself
  std::vector<std::vector<FunctionId>> called;   // by function; sorted
};

// What the operation itself calls, and the functions passed to it.
std::vector<FunctionId> called_by(const Calls& calls, FunctionId caller, const summary::Op& op);
Components find_components(const Program& program, const Calls& calls);

}  // namespace lockweave::analyzer::link
