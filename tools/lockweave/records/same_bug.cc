// tools/lockweave/records/same_bug.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/same_bug.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include "model/rule_catalog.h"

namespace lockweave::cli {
namespace {

using model::Finding;

using SiteKey = std::tuple<std::string, std::string, std::uint32_t, std::uint64_t>;

void add_site(std::span<const model::Site> stack, std::set<SiteKey>& sites) {
  if (stack.empty()) return;
  const model::Site& at = stack.front();
  const bool known = at.line != 0;
  sites.insert({at.function, known ? at.file : at.module, at.line, known ? 0 : at.offset});
}

// The acquisitions the finding is about: wanted ones, and held ones that are wanted by another.
std::set<SiteKey> acquisition_sites(const Finding& finding) {
  std::set<SiteKey> sites;
  for (const model::Flow& flow : finding.flows) {
    for (const model::FlowStep& step : flow.steps) {
      add_site(step.stack, sites);
      if (finding.rule != "deadlock") continue;
      for (const model::HeldLock& held : step.held) {
        const bool named =
            std::find(finding.locks.begin(), finding.locks.end(), held.lock) != finding.locks.end();
        if (named) add_site(held.stack, sites);
      }
    }
  }
  return sites;
}

bool same_locks_of_one_process(const RawFinding& a, const RawFinding& b) {
  return !a.locks.empty() &&
         std::set(a.locks.begin(), a.locks.end()) == std::set(b.locks.begin(), b.locks.end());
}

bool includes_all(const std::set<SiteKey>& all, const std::set<SiteKey>& some) {
  return !some.empty() && std::includes(all.begin(), all.end(), some.begin(), some.end());
}

std::set<SiteKey> place_key(const Finding& finding) {
  std::set<SiteKey> sites;
  add_site(std::span(&finding.place, 1), sites);
  return sites;
}

bool shares_any(const std::set<SiteKey>& a, const std::set<SiteKey>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const SiteKey& site) { return b.contains(site); });
}

std::size_t rule_rank(std::string_view id) {
  const auto rules = model::all_rules();
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [id](const model::Rule& known) { return known.id == id; });
  return static_cast<std::size_t>(rule - rules.begin());
}

bool same_object(const Reported& a, const Reported& b) {
  if (a.raw.steps.empty() || b.raw.steps.empty()) return false;
  const RawStep& x = a.raw.steps[0];
  const RawStep& y = b.raw.steps[0];
  return x.record == y.record && x.step.object == y.step.object;
}

bool is_better_account(const Reported& one, const Reported& than) {
  const auto rank = rank_of_accesses(one.finding.rule);
  const auto other_rank = rank_of_accesses(than.finding.rule);
  if (!rank || !other_rank || *rank >= *other_rank) return false;
  return same_object(one, than) || of_one_variable(one.finding.accesses, than.finding.accesses);
}

// Is `other` the better account of the bug that `one` tells?
bool is_replaced_by(const Reported& one, const Reported& other) {
  const std::string& rule = one.finding.rule;
  const std::string& by = other.finding.rule;
  if (rule == "lock-order-cycle" && by == "deadlock") {
    return same_locks_of_one_process(one.raw, other.raw) ||
           includes_all(acquisition_sites(other.finding), acquisition_sites(one.finding));
  }
  if (is_better_account(other, one)) return true;
  if (rule == "deadlock" && by == "double-lock") {
    return one.finding.flows.size() == 1 && one.finding.place == other.finding.place;
  }
  if (rule == "deadlock" && by == "lost-wakeup") {
    return one.raw.variant == "all-blocked" &&
           shares_any(acquisition_sites(one.finding), acquisition_sites(other.finding));
  }
  if (rule == "deadlock" && by == "fork-while-locked") {
    return one.finding.place == other.finding.place;
  }
  if (rule == by && one.finding.confidence == model::Confidence::low) {
    return other.finding.confidence != model::Confidence::low &&
           one.finding.place == other.finding.place;
  }
  const bool a_mere_risk = rule == "wait-while-holding" || rule == "wait-without-predicate" ||
                           rule == "blocking-under-lock";
  if (a_mere_risk && (by == "deadlock" || by == "lost-wakeup" || by == "queue-imbalance")) {
    return shares_any(place_key(one.finding), acquisition_sites(other.finding));
  }
  return false;
}

// A process that printed what it concluded printed the better account with it.
void take_over_printed(Reported& better, const Reported& replaced) {
  if (better.raw.records == replaced.raw.records) {
    better.raw.printed |= replaced.raw.printed;
  }
}

void absorb(Reported& kept, const Reported& same) {
  std::set<std::string> programs(kept.finding.seen_in.begin(), kept.finding.seen_in.end());
  programs.insert(same.finding.seen_in.begin(), same.finding.seen_in.end());
  kept.finding.seen_in.assign(programs.begin(), programs.end());
  kept.raw.printed |= same.raw.printed;
  kept.suppressed &= same.suppressed;
}

bool comes_first(const Reported& a, const Reported& b) {
  const Finding& x = a.finding;
  const Finding& y = b.finding;
  if (x.level != y.level) return x.level > y.level;
  if (x.rule != y.rule) {
    return std::tuple(rule_rank(x.rule), x.rule) < std::tuple(rule_rank(y.rule), y.rule);
  }
  const auto place_key = [](const Finding& finding) {
    return std::tie(finding.place.file, finding.place.line, finding.place.column,
                    finding.fingerprint);
  };
  if (place_key(x) != place_key(y)) return place_key(x) < place_key(y);
  if (x.confidence != y.confidence) return x.confidence > y.confidence;
  return x.message < y.message;
}

}  // namespace

void merge_equal(std::vector<Reported>& told) {
  std::stable_sort(told.begin(), told.end(), comes_first);
  std::vector<Reported> kept;
  std::map<std::string, std::size_t> places;
  for (Reported& one : told) {
    const auto [same, is_new] = places.emplace(one.finding.fingerprint, kept.size());
    if (is_new) {
      kept.push_back(std::move(one));
    } else {
      absorb(kept[same->second], one);
    }
  }
  told = std::move(kept);
}

void merge_same(std::vector<Reported>& told) {
  merge_equal(told);
  std::vector<bool> out(told.size(), false);
  for (std::size_t i = 0; i < told.size(); ++i) {
    for (std::size_t j = 0; j < told.size() && !out[i]; ++j) {
      out[i] = i != j && is_replaced_by(told[i], told[j]);
      if (out[i]) take_over_printed(told[j], told[i]);
    }
  }
  std::vector<Reported> kept;
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (!out[i]) kept.push_back(std::move(told[i]));
  }
  told = std::move(kept);
}

}  // namespace lockweave::cli
