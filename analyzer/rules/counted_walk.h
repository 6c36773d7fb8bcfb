// analyzer/rules/counted_walk.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The program from the start of main, as long as there is only one way to go: straight through blocks,
// into calls with one known target, and no further than the first thread or the first branch. What is
// counted there is certain.
// Thread-safety: pure function. Limits: 1000 operations, calls 16 deep.
#pragma once

#include <functional>

#include "analyzer/rules/contexts.h"

namespace lockweave::analyzer::rules {

// Visits each operation with its object as main names it. false ends the walk.
using StraightVisitor = std::function<bool(const Op& op, const Path& object, const Trace& trace)>;
void walk_straight(const Program& program, FunctionId main, const StraightVisitor& visit);

}  // namespace lockweave::analyzer::rules
