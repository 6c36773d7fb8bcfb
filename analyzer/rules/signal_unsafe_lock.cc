// analyzer/rules/signal_unsafe_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <deque>
#include <set>

#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/telling.h"

namespace lockweave::analyzer::rules {
namespace {

void tell(const Program& program, const CallSites& sites, std::uint32_t root, FunctionId id,
          const link::Want& want, Findings& findings) {
  const Teller teller(sites);
  model::Finding finding = teller.begin("signal-unsafe-lock", model::Confidence::high);
  const std::string name = told_name(want.lock);
  const Trace trace = sites.around(program.roots[root].function, id, want.trace);
  teller.add_flow(finding, root, {{"wants " + ticked(name), trace, want.held}});
  finding.message = "a signal handler takes " + ticked(name) +
                    ": if the signal arrives while its thread holds the lock, the thread waits "
                    "for itself";
  finding.hint =
      "let the handler only set a `volatile sig_atomic_t` or write to a pipe, and do the work "
      "outside of it";
  finding.locks = {name};
  finding.place = teller.place(want.trace);
  set_fingerprint(finding, {teller.key(want.trace, want.mode)});
  findings.push_back(std::move(finding));
}

}  // namespace

void find_signal_unsafe_lock(const Program& program, Findings& findings) {
  const CallSites sites(program);
  for (std::uint32_t root = 0; root < program.roots.size(); ++root) {
    if (program.roots[root].what != "signal") continue;
    std::deque<FunctionId> queue{program.roots[root].function};
    std::set<FunctionId> seen{queue.front()};
    while (!queue.empty()) {
      const FunctionId id = queue.front();
      queue.pop_front();
      for (const link::Want& want : program.functions[id].effects.wants) {
        const bool own = want.trace->inner == nullptr;
        if (own && want.attempt != summary::Attempt::tried) {
          tell(program, sites, root, id, want, findings);
        }
      }
      for (const Moment& moment : program.functions[id].moments) {
        if (moment.op->kind == OpKind::spawn) continue;
        for (const FunctionId target : moment.targets) {
          if (seen.insert(target).second) queue.push_back(target);
        }
      }
    }
  }
}

}  // namespace lockweave::analyzer::rules
