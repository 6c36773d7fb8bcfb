// analyzer/rules/atomic_check_then_act.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/accesses.h"
#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

bool is_load(const Access& access) {
  return access.op->atomic && !access.op->write && !access.op->loop_test;
}
// `n = 1` or, of use only if it is still as it was tested, `n++`.
bool is_store(const Access& access) {
  const Op& op = *access.op;
  return op.atomic && op.write && (!op.update || op.what == "add");
}

// The store comes after the load in one function, and is decided by it: the load is tested and the
// store stands in another block; or what is stored comes from it, as in `n = n + 1`.
bool decides(const Program& program, const Access& load, const Access& store) {
  const FunctionId id = load.context.inner().function;
  if (store.context.inner().function != id) return false;
  const auto& moments = program.functions[id].moments;
  const auto at = [&](const Op* op) {
    return std::find_if(moments.begin(), moments.end(),
                        [op](const Moment& moment) { return moment.op == op; });
  };
  const auto from = at(load.op);
  const auto to = at(store.op);
  if (from >= to) return false;
  if (load.op->condition) return from->block != to->block;
  return from->block == to->block && store.op->computed;
}

bool under_one_lock(const Access& load, const Access& store) {
  return std::any_of(load.locks.begin(), load.locks.end(), [&](const Held& held) {
    return find_lock(store.locks, held.lock) != nullptr;
  });
}

// Tested again under the lock of the store: double-checked locking, done right.
bool tested_again(const Program& program, const SharedVariable& variable, const Access& store) {
  return std::any_of(variable.accesses.begin(), variable.accesses.end(), [&](const Access& load) {
    return is_load(load) && decides(program, load, store) && under_one_lock(load, store);
  });
}

// Somebody else may store in between.
const Access* rival(const Program& program, const SharedVariable& variable, const Access& store) {
  for (const Access& other : variable.accesses) {
    if (other.op->write && parallel(program, store.context, other.context)) return &other;
  }
  return nullptr;
}

void tell(const Program& program, const Teller& teller, const Access& load, const Access& store,
          const Access& other, bool fixed, Findings& findings) {
  const auto real = [&](const Access& access) {
    const auto roots = threads_of(program, access.context);
    return std::any_of(roots.begin(), roots.end(),
                       [&](std::uint32_t root) { return is_real(program.roots[root]); });
  };
  const bool sure = fixed && real(store) && real(other);
  model::Finding finding = teller.begin("atomic-check-then-act",
                                        sure ? model::Confidence::high : model::Confidence::medium);
  const std::string what = ticked(told_name(store.object()));
  const std::uint32_t root = teller.thread_of(store.context);
  teller.add_flow(
      finding, root,
      {{"tests " + what, load.context.trace, {}}, {"stores to " + what, store.context.trace, {}}});
  teller.add_flow(finding, other.context, "writes " + what);
  finding.message = what + " is read and then stored to in two steps: what " +
                    finding.flows.back().thread + " writes in between is lost";
  finding.hint = "do it in one operation: `compare_exchange`, `exchange`, `fetch_add`; or lock";
  finding.place = teller.place(store.context.trace);
  set_access_fingerprint(finding, teller.variable_key(store.object()),
                         {teller.key(store.context.trace)});
  findings.push_back(std::move(finding));
}

}  // namespace

void find_atomic_check_then_act(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (const SharedVariable& variable : facts.shared_variables()) {
    for (const Access& store : variable.accesses) {
      if (!is_store(store) || tested_again(program, variable, store)) continue;
      const Access* other = rival(program, variable, store);
      if (other == nullptr) continue;
      for (const Access& load : variable.accesses) {
        if (!is_load(load) || !decides(program, load, store)) continue;
        tell(program, teller, load, store, *other, variable.fixed, findings);
        break;
      }
    }
  }
}

}  // namespace lockweave::analyzer::rules
