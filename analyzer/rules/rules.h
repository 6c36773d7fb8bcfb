// analyzer/rules/rules.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules: each a function from the linked program to findings, in a file of its own. A rule
// decides; telling.h has the words and places, all_rules.cc the table.
//
// What a rule reports: rule id, level, confidence, message, hint, place, locks, flows, fingerprint
// (docs/design/identity.md: the same key sites as the runtime's finding of that rule).
// Confidence: high: the same object, on every path, and it can run in parallel as far as the program
// shows; medium: one of these is an assumption; low: printed only on demand.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "analyzer/link/program.h"
#include "model/finding.h"
#include "model/lock_order_graph.h"

namespace lockweave::analyzer::rules {

using Findings = std::vector<model::Finding>;
class Facts;
using RuleFunction = void (*)(Facts&, Findings&);

struct StaticRule {
  std::string_view id;
  RuleFunction find;
};
std::span<const StaticRule> all_static_rules();

// Every rule's findings: one per fingerprint and file, one bug told once (the contract's "one bug, one
// finding"), without those that an `ignore` comment covers; sorted by place.
struct Verdict {
  Findings findings;
  // A cycle that cannot happen, with the reason.
  std::vector<std::pair<model::Finding, std::string>> filtered;
  // Comments that cover nothing, and such as name no rule: "file:line: text".
  std::vector<std::string> remarks;
  std::size_t ignored = 0;
  // Of the search for lock-order cycles: what was cut must be said.
  model::LockOrderGraph::Summary search;
};
Verdict run_rules(const link::Program& program);

}  // namespace lockweave::analyzer::rules
