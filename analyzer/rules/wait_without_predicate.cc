// analyzer/rules/wait_without_predicate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

// A wrapper's callers may loop around it, as in `while (!ready) event.wait();`.
bool looped_by_a_caller(const CallSites& sites, FunctionId function, int depth) {
  if (depth == 0) return false;
  const auto& callers = sites.of(function);
  return std::any_of(callers.begin(), callers.end(), [&](const CallSite& site) {
    return !site.root &&
           (site.moment->op->looped || looped_by_a_caller(sites, site.caller, depth - 1));
  });
}

bool is_called_wait(const std::string& name) {
  const std::size_t colon = name.rfind("::");
  const std::string last = colon == std::string::npos ? name : name.substr(colon + 2);
  return last.starts_with("wait") || last.starts_with("Wait");
}

model::Confidence confidence_of(const Program& program, const CallSites& sites, FunctionId id,
                                const Op& op) {
  if (op.attempt == summary::Attempt::timed) return model::Confidence::low;  // a kind of sleep
  const bool for_users =
      sites.of(id).empty() && is_called_wait(program.functions[id].function->name);
  return for_users ? model::Confidence::low : model::Confidence::high;
}

}  // namespace

void find_wait_without_predicate(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const CallSites& sites = facts.sites();
  const Teller& teller = facts.teller();
  constexpr int kDepth = 3;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      const Op& op = *moment.op;
      if (op.kind != OpKind::wait || op.predicate || op.looped || !moment.reached) continue;
      if (looped_by_a_caller(sites, id, kDepth)) continue;
      const Trace trace = trace_of(id, &op);
      model::Finding finding =
          teller.begin("wait-without-predicate", confidence_of(program, sites, id, op));
      const std::string name = told_name(moment.object);
      teller.add_flow(finding, {id, {}, moment.held, {}, trace, {}},
                      "waits on condition variable " + ticked(name));
      finding.message = finding.flows.front().thread + " waits on condition variable " +
                        ticked(name) + " in no loop that tests a condition";
      finding.hint =
          "wait with a predicate, `cv.wait(lock, [&]{ return ready; })`: wake-ups can be spurious "
          "or come too early";
      finding.locks = {name};
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
