// analyzer/rules/callback_under_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;
using summary::Callee;

// Where users can put a function: anywhere but in a variable that only its own file can name,
// unless that file has a function for it. What it looks up there itself (`dlsym`) is a library's.
class SettableSlots {
 public:
  explicit SettableSlots(const Program& program) {
    for (const Linked& linked : program.functions) {
      for (const Moment& moment : linked.moments) {
        const bool stores = moment.op->kind == OpKind::alias && !moment.op->others.empty() &&
                            moment.op->others.front().root == Root::parameter;
        if (stores) stored_.insert(link::key_of(moment.op->object));
      }
    }
  }
  bool contain(const Path& slot) const {
    const bool own = slot.root == Root::global && slot.symbol.find('|') != std::string::npos;
    return !own || stored_.contains(link::key_of(slot));
  }

 private:
  std::set<std::string> stored_;
};

// The part of the call that nobody in the program can say: none if all of it is known. Not open is
// the call of a parameter: the caller knows what it passes, a visitor or a comparison.
const Callee* unknown_part(const Moment& moment, const SettableSlots& settable) {
  const bool unknown = moment.op->kind == OpKind::call && moment.open && !moment.many;
  if (!unknown || !moment.reached) return nullptr;
  for (const Callee& callee : moment.op->callees) {
    const bool for_users = (callee.kind == Callee::Kind::stored && settable.contain(callee.slot)) ||
                           (callee.kind == Callee::Kind::virtual_method && moment.targets.empty());
    if (for_users) return &callee;
  }
  return nullptr;
}

std::vector<Held> locks_at(const Linked& function, const Moment& moment) {
  std::vector<Held> locks = link::surely_held_at(function, moment);
  for (const Held& held : moment.held) {
    const bool known = std::any_of(locks.begin(), locks.end(), [&](const Held& other) {
      return link::same(other.lock, held.lock);
    });
    if (!known) locks.push_back(held);
  }
  std::erase_if(locks, [](const Held& held) {
    return held.taken != nullptr && link::innermost(held.taken).op->guarded_init;
  });
  return locks;
}

Confidence confidence_of(const Callee& callee, const std::vector<Held>& locks) {
  const bool certain =
      std::any_of(locks.begin(), locks.end(), [](const Held& held) { return held.certain; });
  return certain && callee.kind == Callee::Kind::stored ? Confidence::high : Confidence::medium;
}

std::string told_callee(const Callee& callee) {
  if (!callee.name.empty()) return ticked(callee.name);
  const bool named = callee.slot.root != Root::none || !callee.slot.fields.empty();
  return named ? ticked(told_name(callee.slot)) : "a stored function";
}

}  // namespace

void find_callback_under_lock(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  const SettableSlots settable(program);
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      const Callee* callee = unknown_part(moment, settable);
      if (callee == nullptr) continue;
      const std::vector<Held> locks = locks_at(program.functions[id], moment);
      if (locks.empty()) continue;
      const Trace trace = trace_of(id, moment.op);
      model::Finding finding = teller.begin("callback-under-lock", confidence_of(*callee, locks));
      const std::string name = told_callee(*callee);
      teller.add_flow(finding, {id, {}, locks, {}, trace, {}}, "calls " + name);
      finding.message = finding.flows.front().thread + " calls " + name +
                        ", which can be anybody's code, while it holds " + ticked_locks(locks);
      finding.hint = "copy what to call while holding the lock, call it after releasing";
      for (const Held& held : locks) finding.locks.push_back(told_name(held.lock));
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
