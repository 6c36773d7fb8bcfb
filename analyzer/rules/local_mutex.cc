// analyzer/rules/local_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

bool is_locked(const Linked& function, const Path& lock) {
  return std::any_of(function.moments.begin(), function.moments.end(), [&](const Moment& moment) {
    if (moment.op->kind == OpKind::acquire) return link::same(moment.object, lock);
    return moment.op->kind == OpKind::guard_begin && link::contains(moment.others, lock);
  });
}

bool goes_to_a_thread(const Linked& function, const Path& lock) {
  return std::any_of(function.moments.begin(), function.moments.end(), [&](const Moment& moment) {
    const Op& op = *moment.op;
    const auto inside = [&](const Path& path) {
      return path.root == lock.root && path.symbol == lock.symbol;
    };
    return op.kind == OpKind::spawn &&
           (std::any_of(op.escaping.begin(), op.escaping.end(), inside) ||
            std::any_of(op.arguments.begin(), op.arguments.end(),
                        [&](const auto& argument) { return inside(argument.path); }));
  });
}

}  // namespace

void find_local_mutex(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    const Linked& function = program.functions[id];
    for (const Moment& moment : function.moments) {
      const Op& op = *moment.op;
      if (op.kind != OpKind::declare_lock || op.escapes || op.object.root != Root::local) continue;
      if (!is_locked(function, op.object) || goes_to_a_thread(function, op.object)) continue;
      const Trace trace = trace_of(id, &op);
      model::Finding finding = teller.begin("local-mutex", model::Confidence::high);
      const std::string name = told_name(op.object);
      finding.message =
          ticked(name) + " is a local variable: each call locks its own, and no thread ever waits";
      finding.hint = "make it a member beside the data it protects, or at least static";
      finding.locks = {name};
      teller.add_flow(finding, {id, {}, {}, {}, trace, {}}, "declares " + ticked(name));
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
