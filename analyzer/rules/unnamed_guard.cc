// analyzer/rules/unnamed_guard.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Start;

bool names(const Path& path, const Path& guard) {
  return guard.root != Root::none && link::same(path, guard);
}

// Is the guard used for anything but to begin and to end: moved, returned, passed, locked later?
bool used_later(const summary::Function& function, const Op& begin) {
  for (const summary::Block& block : function.blocks) {
    for (const Op& op : block.ops) {
      if (&op == &begin || op.kind == OpKind::guard_end) continue;
      if (names(op.object, begin.object) || names(op.result, begin.object)) return true;
      if (std::any_of(op.others.begin(), op.others.end(),
                      [&](const Path& other) { return names(other, begin.object); })) {
        return true;
      }
      if (std::any_of(op.arguments.begin(), op.arguments.end(),
                      [&](const auto& argument) { return names(argument.path, begin.object); })) {
        return true;
      }
    }
  }
  return false;
}

struct GuardFault {
  const char* message = nullptr;
  const char* hint = "give the guard a name: `std::lock_guard guard(mutex);`";
  model::Confidence confidence = model::Confidence::high;
};

GuardFault judge(const summary::Function& function, const Op& op) {
  GuardFault fault;
  if (op.temporary) {
    if (used_later(function, op)) return fault;
    fault.message = "the guard is a temporary: it unlocks again at the end of its own statement";
    return fault;
  }
  const bool empty = op.others.empty() && op.start == Start::locked;
  const bool never_locked = !op.others.empty() && op.start == Start::deferred;
  if ((!empty && !never_locked) || used_later(function, op)) return fault;
  fault.confidence = model::Confidence::medium;
  fault.message = empty ? "the guard was made without a mutex: it locks nothing"
                        : "the guard is deferred and never locked: it protects nothing";
  fault.hint = empty ? "give the guard the mutex that it shall lock"
                     : "lock the guard, or make it without `std::defer_lock`";
  return fault;
}

}  // namespace

void find_unnamed_guard(Facts& facts, Findings& findings) {
  const Program& program = facts.program();
  const Teller& teller = facts.teller();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const Moment& moment : program.functions[id].moments) {
      if (moment.op->kind != OpKind::guard_begin) continue;
      const GuardFault fault = judge(*program.functions[id].function, *moment.op);
      if (fault.message == nullptr) continue;
      const Trace trace = trace_of(id, moment.op);
      model::Finding finding = teller.begin("unnamed-guard", fault.confidence);
      finding.message = fault.message;
      finding.hint = fault.hint;
      for (const Path& lock : moment.others) finding.locks.push_back(told_name(lock));
      teller.add_flow(finding, {id, {}, {}, {}, trace, {}}, "makes a guard");
      finding.place = teller.place(trace);
      set_fingerprint(finding, {teller.key(trace)});
      findings.push_back(std::move(finding));
    }
  }
}

}  // namespace lockweave::analyzer::rules
