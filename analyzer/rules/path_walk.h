// analyzer/rules/path_walk.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the paths of one function with a small number that a rule keeps: permits held, a thread
// joinable or not. Conditions already decided on the way are remembered until the path goes round a
// loop, so that `if (b) acquire(); ... if (b) release();` is understood.
//
// Limits: at most 4096 states; if there are more, `walk_paths` says so and the rule should be silent.
// Exceptional edges are not followed.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "analyzer/rules/names.h"

namespace lockweave::analyzer::rules {

// A way on from an operation: the new number, and what it makes known of a condition (0: nothing).
struct WayOn {
  int value = 0;
  std::uint32_t condition = 0;
  bool holds = true;
};

struct PathRules {
  // What the operation does to the number. Empty: the path ends here.
  std::function<std::vector<WayOn>(int value, const Moment& moment)> at_operation;
  // May be empty. false: the edge is not taken with that number.
  std::function<bool(int value, const summary::Edge& edge)> at_edge;
  // A path has come to the end; `leave` is null at the closing brace.
  std::function<void(int value, const Op* leave)> at_exit;
};

// false: too many paths.
bool walk_paths(const Linked& function, int value, const PathRules& rules);

// The usual way on from an attempt: got it, or not, as its outcome says.
std::vector<WayOn> after_attempt(const Op& op, int got, int failed);

}  // namespace lockweave::analyzer::rules
