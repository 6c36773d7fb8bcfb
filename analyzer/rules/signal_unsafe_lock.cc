// analyzer/rules/signal_unsafe_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

// One thing that a handler does, and the locks it takes: the nearest is told.
struct Deed {
  std::uint32_t root = 0;
  Trace trace;
  const link::Want* want = nullptr;
  std::set<std::string> others;
};

void tell(const Teller& teller, const Deed& deed, Findings& findings) {
  model::Finding finding = teller.begin("signal-unsafe-lock", model::Confidence::high);
  const link::Want& want = *deed.want;
  const std::string name = told_name(want.lock);
  teller.add_flow(finding, deed.root, {{"wants " + ticked(name), deed.trace, want.held}});
  const std::size_t others = deed.others.size();
  finding.message =
      "a signal handler takes " + ticked(name) +
      (others == 0   ? ""
       : others == 1 ? ", and by the same call " + ticked(*deed.others.begin())
                     : ", and by the same call " + std::to_string(others) + " other locks") +
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

void find_signal_unsafe_lock(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const CallSites& sites = facts.sites();
  const Teller& teller = facts.teller();
  std::map<std::pair<FunctionId, const Op*>, Deed> deeds;
  for (std::uint32_t root = 0; root < program.roots.size(); ++root) {
    if (program.roots[root].what != "signal") continue;
    std::deque<FunctionId> queue{program.roots[root].function};
    std::set<FunctionId> seen{queue.front()};
    while (!queue.empty()) {
      const FunctionId id = queue.front();
      queue.pop_front();
      for (const link::Want& want : program.functions[id].effects.wants) {
        const bool own = want.trace->inner == nullptr;
        if (!own || want.attempt == summary::Attempt::tried) continue;
        const FunctionId handler = program.roots[root].function;
        Trace trace = sites.around(handler, id, want.trace);
        Deed& deed = deeds[{handler, trace->op}];
        if (deed.want == nullptr) {
          deed = {root, std::move(trace), &want, {}};
        } else if (told_name(want.lock) != told_name(deed.want->lock)) {
          deed.others.insert(told_name(want.lock));
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
  for (const auto& [key, deed] : deeds) tell(teller, deed, findings);
}

}  // namespace lockweave::analyzer::rules
