// report/comparison.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/comparison.h"

#include "report/access_rules.h"

namespace lockweave::cli {
namespace {

// The accepted accounts of accesses, by access key.
class AcceptedAccounts {
 public:
  explicit AcceptedAccounts(const Baseline& baseline) {
    for (const auto& [fingerprint, entry] : baseline.entries()) {
      const auto rank = rank_of_accesses(entry.rule);
      if (!rank) continue;
      for (const std::string& key : entry.accesses) {
        const auto [at, is_new] = best_.try_emplace({key, *rank}, &entry);
        if (!is_new && fingerprint < at->second->fingerprint) at->second = &entry;
      }
    }
  }
  // The best one of the finding's variable by another rule; null: none.
  const BaselineEntry* other(const model::Finding& finding) const {
    const auto rank = rank_of_accesses(finding.rule);
    if (!rank) return nullptr;
    const BaselineEntry* best = nullptr;
    for (const std::string& key : finding.accesses) {
      const auto end = best_.upper_bound({key, kAnyRank});
      for (auto at = best_.lower_bound({key, 0}); at != end; ++at) {
        if (at->first.second != *rank && (best == nullptr || comes_first(*at->second, *best))) {
          best = at->second;
        }
      }
    }
    return best;
  }

 private:
  static constexpr std::size_t kAnyRank = static_cast<std::size_t>(-1);

  static bool comes_first(const BaselineEntry& a, const BaselineEntry& b) {
    const auto x = rank_of_accesses(a.rule);
    const auto y = rank_of_accesses(b.rule);
    return x != y ? x < y : a.fingerprint < b.fingerprint;
  }

  // Access key and rank -> the first such entry of the baseline; there are few ranks.
  std::map<std::pair<std::string, std::size_t>, const BaselineEntry*> best_;
};

bool covers(const BaselineEntry& entry, const model::Finding& finding) {
  return rank_of_accesses(entry.rule) < rank_of_accesses(finding.rule);
}

}  // namespace

Comparison compare(const std::vector<model::Finding>& findings, const Baseline& baseline) {
  Comparison comparison;
  const AcceptedAccounts accepted_accounts(baseline);
  std::set<std::string> reported;
  for (const model::Finding& finding : findings) {
    reported.insert(finding.fingerprint);
    const auto entry = baseline.entries().find(finding.fingerprint);
    if (entry != baseline.entries().end()) {
      comparison.known.insert(finding.fingerprint);
      const BaselineEntry& accepted = entry->second;
      const bool changed = accepted.level != finding.level || accepted.rule != finding.rule;
      if (changed) comparison.accepted_as.emplace(finding.fingerprint, accepted);
    } else if (const BaselineEntry* other = accepted_accounts.other(finding)) {
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
