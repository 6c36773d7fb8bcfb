// analyzer/rules/condvar_two_mutexes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <utility>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"
#include "analyzer/rules/waits.h"

namespace lockweave::analyzer::rules {
namespace {

bool is_one_variable(const Path& a, const Path& b) {
  if (is_fixed(a) || is_fixed(b)) return link::same(a, b);
  return !class_key(a).empty() && class_key(a) == class_key(b);
}

bool are_two_mutexes(const Path& a, const Path& b) {
  return !class_key(a).empty() && !class_key(b).empty() && !perhaps_same(a, b);
}

}  // namespace

void find_condvar_two_mutexes(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const CallSites& sites = facts.sites();
  const Teller& teller = facts.teller();
  const std::vector<Halt> waits = halts(sites, OpKind::wait);
  for (std::size_t i = 0; i < waits.size(); ++i) {
    for (std::size_t j = i + 1; j < waits.size(); ++j) {
      const Halt& a = waits[i];
      const Halt& b = waits[j];
      if (a.others.empty() || b.others.empty() || !is_one_variable(a.object, b.object)) continue;
      if (!are_two_mutexes(a.others[0], b.others[0])) continue;
      if (!parallel(program, a.context, b.context)) continue;
      const auto confidence = is_fixed(a.object) && is_fixed(a.others[0]) && is_fixed(b.others[0])
                                  ? model::Confidence::high
                                  : model::Confidence::medium;
      model::Finding finding = teller.begin("condvar-two-mutexes", confidence);
      const std::string variable = ticked(told_name(a.object));
      for (const Halt* wait : {&a, &b}) {
        teller.add_flow(finding, wait->context,
                        "waits on condition variable " + variable + " with " +
                            ticked(told_name(wait->others[0])));
      }
      finding.message =
          "waiters of condition variable " + variable +
          " use different mutexes at the same time: " + ticked(told_name(a.others[0])) + " and " +
          ticked(told_name(b.others[0]));
      finding.hint = "use one mutex with one condition variable";
      finding.locks = {told_name(a.object), told_name(a.others[0]), told_name(b.others[0])};
      std::vector<Key> keys{teller.key(a.context.trace), teller.key(b.context.trace)};
      sort_keys(keys);
      finding.place = keys.back().site;
      set_fingerprint(finding, keys);
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
