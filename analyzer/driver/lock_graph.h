// analyzer/driver/lock_graph.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lock is taken while which is held, anywhere in the program: an edge held -> wanted, with the
// places. All that the code can do, without judgement: a cycle here need not be a finding.
// Locks are told apart by class and member or by variable. A try never waits and makes no edge.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "analyzer/link/program.h"

namespace lockweave::analyzer::driver {

struct GraphPlace {     // where `held` was taken, and where `wanted` is
  std::string held_at;  // "FILE:LINE"; may be empty
  std::string wanted_at;
  std::string function;  // that of `wanted_at`
  friend auto operator<=>(const GraphPlace&, const GraphPlace&) = default;
};

struct LockGraph {
  std::set<std::string> locks;
  std::map<std::pair<std::string, std::string>, std::set<GraphPlace>> edges;
};

LockGraph lock_graph_of(const link::Program& program);

std::string as_dot(const LockGraph& graph);
std::string as_json(const LockGraph& graph);

}  // namespace lockweave::analyzer::driver
