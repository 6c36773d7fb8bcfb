// report/comparison.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a baseline says of findings: which are known, which are new, what is no longer there.
//
// A finding is known by its fingerprint. Luck decides by which rule an access that nothing orders is
// told (same_bug.h), so a finding about a variable is also compared with the other accounts of it:
//   accepted is the better account, as a data-race     known: this run was lucky
//   accepted is the lesser one                         new, and said to be worse than accepted
// Pure functions. Cost: n log n of findings, entries and their access keys.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "report/baseline.h"

namespace lockweave::cli {

struct Comparison {
  std::set<std::string> known;        // fingerprints of findings that it holds or covers
  std::vector<BaselineEntry> absent;  // entries that are no longer reported
  // Fingerprint of a finding -> what was accepted instead: another level, or another account of the
  // variable. A new finding that is here is worse than that.
  std::map<std::string, BaselineEntry> accepted_as{};
};

Comparison compare(const std::vector<model::Finding>& findings, const Baseline& baseline);

// Accepts the findings, and takes out what is absent if all that could be seen was seen.
void update(Baseline& baseline, const std::vector<model::Finding>& findings,
            const Comparison& comparison, std::string_view folder, bool complete);

}  // namespace lockweave::cli
