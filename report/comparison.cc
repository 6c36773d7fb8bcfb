// report/comparison.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/comparison.h"

#include "report/access_rules.h"

namespace lockweave::cli {
namespace {

// The best accepted account of the finding's variable by another rule; null: none.
const BaselineEntry* other_account(const model::Finding& finding, const Baseline& baseline) {
  const auto rank = rank_of_accesses(finding.rule);
  if (!rank) return nullptr;
  const BaselineEntry* best = nullptr;
  for (const auto& [fingerprint, entry] : baseline.entries()) {
    const auto accepted = rank_of_accesses(entry.rule);
    if (!accepted || *accepted == *rank) continue;
    if (!of_one_variable(entry.accesses, finding.accesses)) continue;
    if (best == nullptr || *accepted < *rank_of_accesses(best->rule)) best = &entry;
  }
  return best;
}

bool covers(const BaselineEntry& entry, const model::Finding& finding) {
  return rank_of_accesses(entry.rule) < rank_of_accesses(finding.rule);
}

}  // namespace

Comparison compare(const std::vector<model::Finding>& findings, const Baseline& baseline) {
  Comparison comparison;
  std::set<std::string> reported;
  for (const model::Finding& finding : findings) {
    reported.insert(finding.fingerprint);
    const auto entry = baseline.entries().find(finding.fingerprint);
    if (entry != baseline.entries().end()) {
      comparison.known.insert(finding.fingerprint);
      const BaselineEntry& accepted = entry->second;
      const bool changed = accepted.level != finding.level || accepted.rule != finding.rule;
      if (changed) comparison.accepted_as.emplace(finding.fingerprint, accepted);
    } else if (const BaselineEntry* other = other_account(finding, baseline)) {
      reported.insert(other->fingerprint);
      comparison.accepted_as.emplace(finding.fingerprint, *other);
      if (covers(*other, finding)) comparison.known.insert(finding.fingerprint);
    }
  }
  for (const auto& [fingerprint, entry] : baseline.entries()) {
    if (!reported.contains(fingerprint)) comparison.absent.push_back(entry);
  }
  return comparison;
}

void update(Baseline& baseline, const std::vector<model::Finding>& findings,
            const Comparison& comparison, std::string_view folder, bool complete) {
  if (complete) {
    for (const BaselineEntry& entry : comparison.absent) baseline.remove(entry.fingerprint);
  }
  for (const model::Finding& finding : findings) {
    const auto other = comparison.accepted_as.find(finding.fingerprint);
    const bool by_other =
        other != comparison.accepted_as.end() && other->second.fingerprint != finding.fingerprint;
    if (!by_other) {
      baseline.accept(finding, folder);
    } else if (!comparison.known.contains(finding.fingerprint)) {
      baseline.replace(other->second.fingerprint, finding, folder);
    }
  }
}

}  // namespace lockweave::cli
