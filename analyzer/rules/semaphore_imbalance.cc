// analyzer/rules/semaphore_imbalance.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>

#include "analyzer/rules/counted_walk.h"
#include "analyzer/rules/facts.h"
#include "analyzer/rules/path_walk.h"
#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/waits.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

constexpr int kPermitsMax = 4;
constexpr int kReleasedBefore = 16;  // added to the number once a permit was given back

bool is_semaphore(const Moment& moment) { return moment.op->what == "semaphore"; }
bool takes(const Moment& moment, const Path& semaphore) {
  return moment.op->kind == OpKind::block && is_semaphore(moment) &&
         link::same(moment.object, semaphore);
}
bool gives(const Moment& moment, const Path& semaphore) {
  return moment.op->kind == OpKind::post && is_semaphore(moment) &&
         link::same(moment.object, semaphore);
}

// How one function leaves with permits.
struct Balance {
  bool known = false;
  bool balanced_exit = false;  // took, and gave back
  const Op* losing_leave = nullptr;
  bool losing_exit = false;  // took, and left with it; losing_leave null: at the closing brace
  bool always_loses = true;  // each way out
  bool gives_more = false;   // than it took, somewhere
  int lost = 0;              // the least that is lost on each way out
};

Balance balance_of(const Linked& function, const Path& semaphore) {
  Balance balance;
  balance.lost = kPermitsMax;
  PathRules rules;
  rules.at_operation = [&](int value, const Moment& moment) -> std::vector<WayOn> {
    const int permits = value % kReleasedBefore;
    if (takes(moment, semaphore)) {
      return after_attempt(*moment.op, permits < kPermitsMax ? value + 1 : value, value);
    }
    if (gives(moment, semaphore)) {
      if (permits == 0) {
        balance.gives_more = true;
        return {{value}};
      }
      return {{(value < kReleasedBefore ? value + kReleasedBefore : value) - 1}};
    }
    return {{value}};
  };
  rules.at_exit = [&](int value, const Op* leave) {
    const int permits = value % kReleasedBefore;
    balance.lost = std::min(balance.lost, permits);
    if (permits == 0) {
      balance.always_loses = false;
      balance.balanced_exit = balance.balanced_exit || value >= kReleasedBefore;
      return;
    }
    if (leave != nullptr && leave->thrown) return;
    const bool earlier =
        !balance.losing_exit || (leave != nullptr && (balance.losing_leave == nullptr ||
                                                      leave->place < balance.losing_leave->place));
    if (earlier) balance.losing_leave = leave;
    balance.losing_exit = true;
  };
  balance.known = walk_paths(function, 0, rules);
  return balance;
}

std::vector<const Moment*> acquisitions(const Linked& function) {
  std::vector<const Moment*> all;
  for (const Moment& moment : function.moments) {
    if (moment.op->kind != OpKind::block || !is_semaphore(moment) || !moment.reached) continue;
    const bool known = std::any_of(all.begin(), all.end(), [&](const Moment* other) {
      return link::same(other->object, moment.object);
    });
    if (!known) all.push_back(&moment);
  }
  return all;
}

// Beyond it a release is an error.
std::int64_t bound_of(const summary::Variable& semaphore) {
  const std::string& type = semaphore.type;
  if (type.find("bounded") != std::string::npos) return semaphore.count;
  if (type.find("binary_semaphore") != std::string::npos) return 1;
  constexpr std::string_view kCounting = "counting_semaphore<";
  const std::size_t at = type.find(kCounting);
  if (at == std::string::npos) return INT64_MAX;
  const std::int64_t most = std::strtoll(type.c_str() + at + kCounting.size(), nullptr, 10);
  return most > 0 ? most : INT64_MAX;
}

class SemaphoreFinder {
 public:
  SemaphoreFinder(const Facts& facts, Findings& findings)
      : program_(facts.program()), sites_(facts.sites()), teller_(facts.teller()),
        findings_(findings) {}

  void find() {
    for (FunctionId id = 0; id < program_.functions.size(); ++id) lost_on_a_path(id);
    starved();
    for (const link::ThreadRoot& root : program_.roots) {
      if (root.what == "main") released_beyond(root.function);
    }
  }

 private:
  void lost_on_a_path(FunctionId id) {
    const Linked& function = program_.functions[id];
    for (const Moment* taken : acquisitions(function)) {
      const Balance balance = balance_of(function, taken->object);
      if (!balance.known || !balance.losing_exit || !balance.balanced_exit) continue;
      const summary::Place place =
          balance.losing_leave == nullptr ? function.function->end : balance.losing_leave->place;
      const std::string name = ticked(told_name(taken->object));
      model::Finding finding = teller_.begin("semaphore-imbalance", Confidence::high);
      const Trace trace = trace_of(id, taken->op);
      teller_.add_flow(finding, {id, {}, {}, {}, trace, {}}, "takes a permit of " + name);
      finding.place = teller_.site(id, place);
      model::FlowStep leaving;
      leaving.text = "leaves without releasing it";
      leaving.stack = {finding.place};
      finding.flows.front().steps.push_back(std::move(leaving));
      finding.message = "a permit of semaphore " + name +
                        " is taken and on this way out never given back, although another path "
                        "releases it";
      finish(finding, taken->object, {teller_.key(trace)},
             "release the permit on every path, best with a guard");
    }
  }

  // All permits that there are get lost, and one more is wanted.
  void starved() {
    struct Use {
      FunctionId function = 0;
      const Moment* taken = nullptr;
      Balance balance;
    };
    std::map<std::string, std::vector<Use>> uses;
    std::set<std::string> given;  // by functions that had not taken
    for (FunctionId id = 0; id < program_.functions.size(); ++id) {
      const Linked& function = program_.functions[id];
      for (const Moment* taken : acquisitions(function)) {
        if (!is_fixed(taken->object)) continue;
        const Balance balance = balance_of(function, taken->object);
        if (balance.gives_more || !balance.known) given.insert(link::key_of(taken->object));
        uses[link::key_of(taken->object)].push_back({id, taken, balance});
      }
      for (const Moment& moment : function.moments) {
        if (moment.op->kind != OpKind::post || !is_semaphore(moment)) continue;
        const auto all = acquisitions(function);
        const bool own = std::any_of(all.begin(), all.end(), [&](const Moment* taken) {
          return link::same(taken->object, moment.object);
        });
        if (!own) given.insert(link::key_of(moment.object));
        if (!is_fixed(moment.object)) given_somewhere_ = true;
      }
    }
    for (const auto& [key, all] : uses) {
      if (given.contains(key) || given_somewhere_) continue;
      const auto variable = program_.variables.find(all.front().taken->object.symbol);
      if (variable == program_.variables.end() || variable->second->count < 1) continue;
      std::int64_t lost = 0;
      const Use* loser = nullptr;
      for (const Use& use : all) {
        if (!use.balance.always_loses) continue;
        lost += use.balance.lost;
        loser = &use;
      }
      if (loser == nullptr || lost < variable->second->count) continue;
      for (const Use& use : all) {
        const bool comes_later =
            use.function != loser->function &&
            use.taken->op->attempt == summary::Attempt::blocking &&
            program_.parallel(use.function, use.taken->op, loser->function, loser->taken->op);
        if (!comes_later && !begun_after(use.function, *loser->taken, loser->function)) continue;
        tell_starved(use.function, *use.taken, loser->function, *loser->taken);
        break;
      }
    }
  }

  bool begun_after(FunctionId function, const Moment& taken, FunctionId loser) const {
    const auto& moments = program_.functions[loser].moments;
    const auto index = static_cast<std::size_t>(&taken - moments.data());
    return std::any_of(program_.roots.begin(), program_.roots.end(),
                       [&](const link::ThreadRoot& root) {
                         return root.spawn != nullptr && root.spawner == loser &&
                                root.function == function && root.begins > index;
                       });
  }

  void tell_starved(FunctionId id, const Moment& wanted, FunctionId loser, const Moment& taken) {
    const std::string name = ticked(told_name(wanted.object));
    model::Finding finding = teller_.begin("semaphore-imbalance", Confidence::medium);
    const Trace trace = trace_of(id, wanted.op);
    const Trace lost = trace_of(loser, taken.op);
    teller_.add_flow(finding, {id, {}, {}, {}, trace, {}}, "wants a permit of " + name);
    teller_.add_flow(finding, {loser, {}, {}, {}, lost, {}},
                     "takes a permit of " + name + " and never gives it back");
    finding.message = "every permit of semaphore " + name +
                      " is taken and never given back: this wait never ends";
    finding.place = teller_.place(trace);
    finish(finding, wanted.object, {teller_.key(lost)},
           "release the permit on every path, best with a guard");
  }

  void released_beyond(FunctionId main) {
    std::map<std::string, std::int64_t> permits;
    walk_straight(program_, main, [&](const Op& op, const Path& object, const Trace& trace) {
      if (op.what != "semaphore" || !is_fixed(object)) return true;
      const auto variable = program_.variables.find(object.symbol);
      if (variable == program_.variables.end() || variable->second->count < 0) return true;
      const std::int64_t most = bound_of(*variable->second);
      const std::string key = link::key_of(object);
      const auto [left, first] = permits.emplace(key, variable->second->count);
      if (op.kind == OpKind::block) {
        if (op.attempt != summary::Attempt::blocking) return false;
        --left->second;
      } else if (op.kind == OpKind::post && ++left->second > most) {
        tell_released(object, trace);
        return false;
      }
      return true;
    });
  }

  void tell_released(const Path& object, const Trace& trace) {
    const std::string name = ticked(told_name(object));
    model::Finding finding = teller_.begin("semaphore-imbalance", Confidence::high);
    const Context context{trace->function, {}, {}, {}, trace, {}};
    teller_.add_flow(finding, context, "releases " + name);
    finding.message = "semaphore " + name + " is released beyond its bound";
    finding.place = teller_.place(trace);
    finish(finding, object, {teller_.key(trace)}, "release only permits that were acquired");
  }

  void finish(model::Finding& finding, const Path& semaphore, const std::vector<Key>& keys,
              const char* hint) {
    finding.hint = hint;
    finding.locks = {told_name(semaphore)};
    set_fingerprint(finding, keys);
    findings_.push_back(std::move(finding));
  }

  const Program& program_;
  const CallSites& sites_;
  const Teller& teller_;
  Findings& findings_;
  bool given_somewhere_ = false;  // by a name that could be any semaphore
};

}  // namespace

void find_semaphore_imbalance(Facts& facts, Findings& findings) {
  SemaphoreFinder(facts, findings).find();
}

}  // namespace lockweave::analyzer::rules
