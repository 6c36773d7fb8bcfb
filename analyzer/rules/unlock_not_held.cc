// analyzer/rules/unlock_not_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_unlock_not_held(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      const bool gives_back =
          moment.op->kind == OpKind::release || moment.op->kind == OpKind::guard_release;
      if (!gives_back || !moment.reached || !moment.surely_free) continue;
      if (has_unknown_element(moment.object)) continue;
      const Trace trace = trace_of(id, moment.op);
      const bool by_guard = moment.op->kind == OpKind::guard_release && !moment.others.empty();
      const std::string name = told_name(by_guard ? moment.others[0] : moment.object);
      model::Finding finding = teller.begin("unlock-not-held", model::Confidence::high);
      teller.add_flow(finding, {id, {}, moment.held, {}, trace, {}}, "releases " + ticked(name));
      finding.message =
          finding.flows.front().thread + " unlocks " + ticked(name) + ", which is not locked";
      finding.hint =
          "let a guard (`std::lock_guard`, `std::unique_lock`) unlock, once, what it locked";
      finding.locks = {name};
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
