// analyzer/rules/escaping_reference.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/path_walk.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

constexpr int kNotYet = 0;
constexpr int kRunning = 1;
constexpr int kDetached = 2;

bool waits(const Moment& moment) {
  return moment.op->kind == OpKind::wait || moment.op->kind == OpKind::block;
}

// A thread in a variable that is there when the function has left.
bool is_kept_outside(const Path& handle) {
  return handle.root == Root::global || handle.root == Root::object ||
         handle.root == Root::parameter;
}

// On some path the thread is let go or kept elsewhere, and the function leaves without waiting for
// anything.
bool outlives(const Linked& function, const Moment& spawn) {
  bool found = false;
  const bool kept = is_kept_outside(spawn.object);
  PathRules rules;
  rules.at_operation = [&](int value, const Moment& moment) -> std::vector<WayOn> {
    if (moment.op == spawn.op) return {{kRunning}};
    const bool same = link::same(moment.object, spawn.object);
    if (value == kRunning && same && moment.op->kind == OpKind::detach) return {{kDetached}};
    const bool ends = waits(moment) || (same && moment.op->kind == OpKind::join);
    if ((value == kDetached || kept) && ends) return {{kNotYet}};
    return {{value}};
  };
  rules.at_exit = [&](int value, const Op*) {
    found = found || value == kDetached || (kept && value == kRunning);
  };
  return walk_paths(function, kNotYet, rules) && found;
}

std::vector<std::string> names_of(const std::vector<Path>& paths) {
  std::vector<std::string> names;
  for (const Path& path : paths) {
    std::string name = ticked(told_name(path));
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

void find_escaping_reference(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    const Linked& function = program.functions[id];
    for (const Moment& moment : function.moments) {
      const bool refers = moment.op->kind == OpKind::spawn && !moment.op->escaping.empty();
      if (!refers || moment.op->what == "process" || moment.op->what == "signal") continue;
      if (!outlives(function, moment)) continue;
      // The locals of main live as long as the program: nearly.
      const bool is_main = function.function->name == "main";
      model::Finding finding = teller.begin(
          "escaping-reference", is_main ? model::Confidence::medium : model::Confidence::high);
      const Trace trace = trace_of(id, moment.op);
      const std::string names = listed(names_of(moment.op->escaping));
      teller.add_flow(finding, {id, {}, {}, {}, trace, {}},
                      "starts a thread that refers to " + names);
      finding.message = "the thread refers to " + names + ", and " +
                        ticked(without_anonymous(function.function->name)) +
                        " leaves without waiting for it: the thread goes on with what is gone";
      finding.hint =
          "capture by value, move the data into the thread, or join before the scope ends";
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
