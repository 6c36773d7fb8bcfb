// analyzer/rules/lock_order_cycle.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lock-order-cycle, with the cycles that cannot happen beside those that can.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "analyzer/rules/rules.h"

namespace lockweave::analyzer::rules {

using FilteredCycles = std::vector<std::pair<model::Finding, std::string>>;
// The summary is that of the search; what was given up here, a cycle of the graph whose threads nobody
// knows or one more that cannot happen, counts in it as cut.
model::LockOrderGraph::Summary find_lock_order_cycles(
    Facts& facts, Findings& findings, FilteredCycles& filtered,
    const model::LockOrderGraph::Limits& limits = {});

}  // namespace lockweave::analyzer::rules
