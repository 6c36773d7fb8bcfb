// analyzer/rules/lost_wakeup.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/accesses.h"
#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/waits.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

// A wait by one of the names its callers have for it; `tested` in the same names.
struct TestedWait {
  const Op* op = nullptr;
  Path variable;  // the condition variable
  Path mutex;
  Path tested;
  Context context;
};

std::vector<TestedWait> tested_waits(const CallSites& sites) {
  const Program& program = sites.program();
  std::vector<TestedWait> all;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      if (moment.op->kind != OpKind::wait || moment.others.empty()) continue;
      for (const Path& tested : moment.op->tested) {
        for (Context& context :
             sites.contexts(id, moment, {moment.object, moment.others[0], tested})) {
          TestedWait wait{moment.op, context.paths[0], context.paths[1], context.paths[2], {}};
          wait.context = std::move(context);
          all.push_back(std::move(wait));
        }
      }
    }
  }
  return all;
}

bool is_stored_outside(const Program& program, const TestedWait& wait, const Access& store) {
  if (!store.op->write || !perhaps_same(store.object(), wait.tested)) return false;
  if (find_lock(store.locks, wait.mutex) != nullptr) return false;
  const bool unknown_lock =
      std::any_of(store.locks.begin(), store.locks.end(),
                  [](const Held& held) { return class_key(held.lock).empty(); });
  if (unknown_lock) return false;
  const bool fixed = is_fixed(wait.tested) && is_fixed(store.object());
  return fixed ? parallel(program, wait.context, store.context)
               : parallel_on_one_object(program, wait.context, store.context);
}

Confidence confidence_of(const Program& program, const TestedWait& wait, const Access& store) {
  if (wait.op->attempt == summary::Attempt::timed) return Confidence::low;  // looks again by itself
  const auto real = [&](const Context& context) {
    const auto roots = threads_of(program, context);
    return std::any_of(roots.begin(), roots.end(),
                       [&](std::uint32_t root) { return is_real(program.roots[root]); });
  };
  if (real(wait.context) && real(store.context)) return Confidence::high;
  // An unknown user's thread, and perhaps another object: too much is assumed.
  const bool fixed = is_fixed(wait.tested) && is_fixed(store.object());
  const auto threads = threads_of(program, wait.context);
  const bool beside = std::any_of(threads.begin(), threads.end(), [&](std::uint32_t root) {
    return surely_beside(program, store.context, root);
  });
  return fixed || beside ? Confidence::medium : Confidence::low;
}

void tell(const Program& program, const Teller& teller, const TestedWait& wait, const Access& store,
          Findings& findings) {
  model::Finding finding = teller.begin("lost-wakeup", confidence_of(program, wait, store));
  const std::string what = ticked(told_name(store.object()));
  const std::string mutex = ticked(told_name(wait.mutex));
  const std::string variable = ticked(told_name(wait.variable));
  teller.add_flow(finding, teller.thread_of(store.context),
                  {{"writes " + what, store.context.trace, store.locks}});
  teller.add_flow(finding, wait.context, "waits on condition variable " + variable);
  finding.message = finding.flows.front().thread + " writes " + what + " without " + mutex +
                    ": between the waiter's test and its wait on " + variable +
                    " the change is missed, and with it the notification";
  finding.hint =
      "keep the condition in a variable guarded by the mutex, set it under the mutex before "
      "notifying, and wait with a predicate";
  finding.locks = {told_name(wait.variable), told_name(wait.mutex)};
  finding.place = teller.place(store.context.trace);
  set_access_fingerprint(finding, teller.variable_key(store.object()),
                         {teller.key(store.context.trace)});
  findings.push_back(std::move(finding));
}

}  // namespace

void find_lost_wakeup(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const CallSites& sites = facts.sites();
  const Teller& teller = facts.teller();
  const std::vector<TestedWait> waits = tested_waits(sites);
  if (waits.empty()) return;
  const std::vector<Halt> notifies = halts(sites, OpKind::notify);
  for (const SharedVariable& variable : facts.shared_variables()) {
    for (const TestedWait& wait : waits) {
      if (!perhaps_same(variable.object, wait.tested)) continue;
      const bool notified = std::any_of(notifies.begin(), notifies.end(), [&](const Halt& notify) {
        return perhaps_same(notify.object, wait.variable);
      });
      if (!notified) continue;
      for (const Access& store : variable.accesses) {
        if (is_stored_outside(program, wait, store)) tell(program, teller, wait, store, findings);
      }
    }
  }
}

}  // namespace lockweave::analyzer::rules
