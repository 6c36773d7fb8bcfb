// tools/lockweave/records/same_bug.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/same_bug.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>

#include "model/fingerprint.h"
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

bool is_mere_risk(const Reported& told) {
  const std::string& rule = told.finding.rule;
  return rule == "wait-while-holding" || rule == "wait-without-predicate" ||
         rule == "blocking-under-lock" ||
         (rule == "double-lock" && told.raw.variant == "reads-again");
}
bool came_true(std::string_view rule) {
  return rule == "deadlock" || rule == "lost-wakeup" || rule == "queue-imbalance";
}

// A finding, and the places it speaks of, found out once.
struct Account {
  Reported& told;
  std::set<SiteKey> acquisitions{};
};

// Is `other` the better account of the bug that `one` tells?
bool is_replaced_by(const Account& one_account, const Account& other_account) {
  const Reported& one = one_account.told;
  const Reported& other = other_account.told;
  const std::string& rule = one.finding.rule;
  const std::string& by = other.finding.rule;
  if (rule == "lock-order-cycle" && by == "deadlock") {
    return same_locks_of_one_process(one.raw, other.raw) ||
           includes_all(other_account.acquisitions, one_account.acquisitions);
  }
  if (is_better_account(other, one)) return true;
  if (rule == "deadlock" && by == "double-lock") {
    return one.finding.flows.size() == 1 && one.finding.place == other.finding.place;
  }
  if (rule == "deadlock" && by == "lost-wakeup") {
    return one.raw.variant == "all-blocked" &&
           shares_any(one_account.acquisitions, other_account.acquisitions);
  }
  if (rule == "deadlock" && by == "fork-while-locked") {
    return one.finding.place == other.finding.place;
  }
  if (rule == by && one.finding.confidence == model::Confidence::low) {
    return other.finding.confidence != model::Confidence::low &&
           one.finding.place == other.finding.place;
  }
  if (is_mere_risk(one) && came_true(by)) {
    return shares_any(place_key(one.finding), other_account.acquisitions);
  }
  return false;
}

// Whom to ask about a finding: only those that have in common with it what every way to replace it
// asks for, and of several that are as good the first. So each is compared with few, however many
// there are.
class Rivals {
 public:
  explicit Rivals(std::span<const Account> accounts) {
    for (std::size_t i = 0; i < accounts.size(); ++i) add(accounts[i], i);
  }

  // The first that `replaces` says yes to.
  template <typename Replaces>
  std::optional<std::size_t> first_of(const Account& one, const Replaces& replaces) const {
    std::vector<std::size_t> candidates;
    const Finding& finding = one.told.finding;
    if (finding.rule == "lock-order-cycle") {
      add_one(by_locks_, lock_key(one.told.raw), candidates);
      const std::vector<std::size_t>& deadlocks = deadlocks_of(one);
      candidates.insert(candidates.end(), deadlocks.begin(), deadlocks.end());
    } else if (finding.rule == "deadlock") {
      for (const SiteKey& site : one.acquisitions) add_one(lost_wakeups_, site, candidates);
      add_one(by_place_, {"double-lock", place_text(finding)}, candidates);
      add_one(by_place_, {"fork-while-locked", place_text(finding)}, candidates);
    } else if (is_mere_risk(one.told)) {
      for (const SiteKey& site : place_key(finding)) add_one(came_true_, site, candidates);
    }
    add_better_accounts(one.told, candidates);
    if (finding.confidence == model::Confidence::low) {
      add_one(by_place_, {finding.rule, place_text(finding)}, candidates);
    }
    const auto at = std::find_if(candidates.begin(), candidates.end(), replaces);
    return at == candidates.end() ? std::nullopt : std::optional(*at);
  }

 private:
  using ObjectKey = std::pair<std::size_t, Id>;  // record, object

  void add(const Account& account, std::size_t index) {
    const Finding& finding = account.told.finding;
    for (const SiteKey& site : account.acquisitions) {
      if (came_true(finding.rule)) came_true_.emplace(site, index);
      if (finding.rule == "lost-wakeup") lost_wakeups_.emplace(site, index);
      if (finding.rule == "deadlock") deadlocks_[site].push_back(index);
    }
    if (finding.rule == "deadlock") by_locks_.emplace(lock_key(account.told.raw), index);
    if (const auto rank = rank_of_accesses(finding.rule)) {
      if (const auto object = object_of(account.told))
        by_object_.emplace(std::pair(*object, *rank), index);
      for (const std::string& key : finding.accesses)
        by_access_.emplace(std::pair(key, *rank), index);
    }
    if (finding.confidence != model::Confidence::low) {
      by_place_.emplace(std::pair(finding.rule, place_text(finding)), index);
    }
  }
  // Those that share the site that the fewest share: what replaces the cycle has all of its sites.
  const std::vector<std::size_t>& deadlocks_of(const Account& cycle) const {
    static const std::vector<std::size_t> kNone;
    const std::vector<std::size_t>* fewest = nullptr;
    for (const SiteKey& site : cycle.acquisitions) {
      const auto at = deadlocks_.find(site);
      if (at == deadlocks_.end()) return kNone;
      if (fewest == nullptr || at->second.size() < fewest->size()) fewest = &at->second;
    }
    return fewest == nullptr ? kNone : *fewest;
  }
  void add_better_accounts(const Reported& told, std::vector<std::size_t>& candidates) const {
    const auto rank = rank_of_accesses(told.finding.rule);
    if (!rank) return;
    const auto object = object_of(told);
    for (std::size_t better = 0; better < *rank; ++better) {
      if (object) add_one(by_object_, {*object, better}, candidates);
      for (const std::string& key : told.finding.accesses) {
        add_one(by_access_, {key, better}, candidates);
      }
    }
  }
  static std::set<ObjectRef> lock_key(const RawFinding& raw) {
    return {raw.locks.begin(), raw.locks.end()};
  }
  static std::optional<ObjectKey> object_of(const Reported& told) {
    if (told.raw.steps.empty()) return std::nullopt;
    return ObjectKey{told.raw.steps[0].record, told.raw.steps[0].step.object};
  }
  static std::string place_text(const Finding& finding) {
    const model::Site& at = finding.place;
    std::string text = at.file + '\0' + at.function + '\0' + at.module + '\0';
    for (const std::uint64_t number :
         {std::uint64_t{at.line}, std::uint64_t{at.column}, at.offset}) {
      text += std::to_string(number) + ' ';
    }
    return text;
  }
  template <typename Key>
  static void add_one(const std::map<Key, std::size_t>& index, const Key& key,
                      std::vector<std::size_t>& candidates) {
    const auto at = index.find(key);
    if (at != index.end()) candidates.push_back(at->second);
  }

  std::map<SiteKey, std::size_t> came_true_;
  std::map<SiteKey, std::size_t> lost_wakeups_;
  std::map<SiteKey, std::vector<std::size_t>> deadlocks_;
  std::map<std::set<ObjectRef>, std::size_t> by_locks_;                   // deadlocks
  std::map<std::pair<std::string, std::string>, std::size_t> by_place_;   // rule, place; not low
  std::map<std::pair<ObjectKey, std::size_t>, std::size_t> by_object_;    // and rank
  std::map<std::pair<std::string, std::size_t>, std::size_t> by_access_;  // and rank
};

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

std::tuple<std::string, std::uint32_t, std::uint32_t, std::string, std::uint64_t> line_of(
    const Reported& told) {
  const model::Site& at = told.finding.place;
  return {at.file, at.line, at.column, at.module, at.offset};
}
std::string place_words(const Reported& told) {
  const model::Site& at = told.finding.place;
  return at.line != 0 ? at.file + ":" + std::to_string(at.line)
                      : at.module + "+" + std::to_string(at.offset);
}

// Until all are there, what may have to be told apart is not merged.
std::string merge_key(const Reported& one) {
  if (one.about.empty()) return one.finding.fingerprint;
  return one.finding.fingerprint + '\0' + one.about + '\0' + place_words(one);
}

}  // namespace

void tell_apart(std::vector<Reported>& told) {
  std::map<std::string, std::vector<Reported*>> groups;
  for (Reported& one : told) {
    if (!one.about.empty()) groups[one.finding.fingerprint].push_back(&one);
  }
  for (auto& [fingerprint, group] : groups) {
    std::sort(group.begin(), group.end(), [](const Reported* a, const Reported* b) {
      return std::tuple(line_of(*a), a->about) < std::tuple(line_of(*b), b->about);
    });
    std::map<std::string, std::size_t> rank_of_line;
    std::map<std::string, std::size_t> rank_of_lock;
    std::size_t ranks = 0;
    for (Reported* one : group) {
      const auto line = rank_of_line.find(place_words(*one));
      const auto lock = rank_of_lock.find(one->about);
      const std::size_t rank = line != rank_of_line.end()   ? line->second
                               : lock != rank_of_lock.end() ? lock->second
                                                            : ranks++;
      rank_of_line.emplace(place_words(*one), rank);
      rank_of_lock.emplace(one->about, rank);
      one->about.clear();
      if (rank == 0) continue;
      const std::string key = fingerprint + '\0' + std::to_string(rank);
      one->finding.fingerprint = model::fingerprint_of_sequence(key, {});
    }
  }
}

void merge_equal(std::vector<Reported>& told) {
  std::stable_sort(told.begin(), told.end(), comes_first);
  std::vector<Reported> kept;
  std::map<std::string, std::size_t> places;
  for (Reported& one : told) {
    const auto [same, is_new] = places.emplace(merge_key(one), kept.size());
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
  std::vector<Account> accounts;
  for (Reported& one : told) {
    Account& account = accounts.emplace_back(Account{one});
    if (one.finding.rule == "lock-order-cycle" || came_true(one.finding.rule)) {
      account.acquisitions = acquisition_sites(one.finding);
    }
  }
  const Rivals rivals(accounts);
  std::vector<bool> out(told.size(), false);
  for (std::size_t i = 0; i < told.size(); ++i) {
    const auto better = rivals.first_of(accounts[i], [&](std::size_t j) {
      return i != j && is_replaced_by(accounts[i], accounts[j]);
    });
    if (!better) continue;
    out[i] = true;
    take_over_printed(told[*better], told[i]);
  }
  std::vector<Reported> kept;
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (!out[i]) kept.push_back(std::move(told[i]));
  }
  told = std::move(kept);
}

}  // namespace lockweave::cli
