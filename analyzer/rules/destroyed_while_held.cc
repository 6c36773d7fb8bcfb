// analyzer/rules/destroyed_while_held.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_destroyed_while_held(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      if (moment.op->kind != OpKind::destroy_lock || !moment.reached) continue;
      if (has_unknown_element(moment.object)) continue;
      // The lock itself, or one inside of the object that goes.
      const auto held = std::find_if(moment.held.begin(), moment.held.end(), [&](const Held& one) {
        return one.certain && link::extends(moment.object, one.lock);
      });
      if (held == moment.held.end() || held->taken == nullptr) continue;
      const Trace trace = trace_of(id, moment.op);
      model::Finding finding = teller.begin("destroyed-while-held", model::Confidence::high);
      const std::string name = told_name(held->lock);
      const std::uint32_t root = teller.thread_of({id, {}, {}, {}, trace, {}});
      teller.add_flow(finding, root,
                      {{"takes " + ticked(name), held->taken, {}},
                       {"destroys " + ticked(name), trace, moment.held}});
      finding.message =
          finding.flows.front().thread + " destroys " + ticked(name) + " while it holds it";
      finding.hint = "release the lock before its owner is destroyed";
      finding.locks = {name};
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace), teller.key(held->taken, held->mode)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
