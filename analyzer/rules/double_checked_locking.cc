// analyzer/rules/double_checked_locking.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

bool is_test(const Moment& moment) {
  return moment.op->kind == OpKind::access && !moment.op->write && !moment.op->atomic &&
         moment.op->condition && !moment.op->loop_test && moment.reached &&
         !has_unknown_element(moment.object) &&
         (moment.object.root == Root::global || !moment.object.fields.empty());
}

bool holds_any(const Linked& function, const Moment& moment) {
  return !link::surely_held_at(function, moment).empty();
}

// After the unlocked test: the same one under a lock, and then a store under it.
const Moment* second_test(const Linked& function, std::size_t first) {
  const Path& tested = function.moments[first].object;
  const Moment* again = nullptr;
  for (std::size_t i = first + 1; i < function.moments.size(); ++i) {
    const Moment& moment = function.moments[i];
    if (moment.op->kind != OpKind::access || !link::same(moment.object, tested)) continue;
    if (!holds_any(function, moment)) continue;
    if (!moment.op->write) {
      if (again == nullptr && moment.op->condition) again = &moment;
    } else if (again != nullptr) {
      return again;
    }
  }
  return nullptr;
}

bool is_thread_local(const Program& program, const Path& path) {
  const auto known = program.variables.find(path.symbol);
  return path.root == Root::global && known != program.variables.end() &&
         known->second->thread_local_storage;
}

}  // namespace

void find_double_checked_locking(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    const Linked& function = program.functions[id];
    for (std::size_t i = 0; i < function.moments.size(); ++i) {
      const Moment& first = function.moments[i];
      if (!is_test(first) || holds_any(function, first)) continue;
      if (is_thread_local(program, first.object) || !program.parallel(id, id)) continue;
      const Moment* again = second_test(function, i);
      if (again == nullptr) continue;
      const std::vector<Held> locks = link::surely_held_at(function, *again);
      const Trace trace = trace_of(id, first.op);
      model::Finding finding = teller.begin("double-checked-locking", model::Confidence::high);
      const std::string what = ticked(told_name(first.object));
      const std::uint32_t root = teller.thread_of({id, {}, {}, {}, trace, {}});
      teller.add_flow(finding, root,
                      {{"tests " + what + " without a lock", trace, {}},
                       {"tests " + what + " again", trace_of(id, again->op), locks}});
      finding.message = what + " is tested without " + ticked_locks(locks) +
                        " and then again with it, but it is no atomic: the first test races with "
                        "the store";
      finding.hint =
          "use a local static, `std::call_once`, or a `std::atomic` with acquire and release";
      for (const Held& held : locks) finding.locks.push_back(told_name(held.lock));
      finding.place = teller.place(trace);
      set_access_fingerprint(finding, teller.variable_key(first.object), {teller.key(trace)});
      findings.push_back(std::move(finding));
      break;
    }
  }
}

}  // namespace lockweave::analyzer::rules
