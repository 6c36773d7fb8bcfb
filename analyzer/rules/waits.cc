// analyzer/rules/waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/waits.h"

#include <algorithm>
#include <deque>
#include <set>

namespace lockweave::analyzer::rules {
namespace {

constexpr std::size_t kVisitedMax = 2000;

Need better(Need a, Need b) { return b.needed && (!a.needed || (b.exact && !a.exact)) ? b : a; }

Need as_needed(const Path& lock, const Path& other, const Trace& taken, summary::Mode mode) {
  if (taken == nullptr || !perhaps_same(lock, other)) return {};
  return {true, is_fixed(lock) && is_fixed(other), taken, mode};
}

std::size_t index_of(const Linked& function, const Op* op) {
  const auto at = std::find_if(function.moments.begin(), function.moments.end(),
                               [op](const Moment& moment) { return moment.op == op; });
  return static_cast<std::size_t>(at - function.moments.begin());
}

// The lock as wanted in `function` or below, by callers' names where they know better.
Need wanted_in(const CallSites& sites, FunctionId id, const Path& lock, std::size_t before) {
  const Linked& function = sites.program().functions[id];
  Need need;
  for (const link::Want& want : function.effects.wants) {
    if (want.attempt != summary::Attempt::blocking) continue;
    if (before != SIZE_MAX && index_of(function, want.trace->op) >= before) continue;
    if (perhaps_same(lock, want.lock)) {
      need = better(need, as_needed(lock, want.lock, want.trace, want.mode));
    } else if (depends_on_caller(want.lock) && class_key(want.lock).empty()) {
      for (const Context& context : sites.contexts(id, want.trace, {want.lock}, {})) {
        need = better(need, as_needed(lock, context.paths[0], context.trace, want.mode));
      }
    }
    if (need.exact) break;
  }
  return need;
}

}  // namespace

std::vector<Halt> halts(const CallSites& sites, OpKind kind) {
  const Program& program = sites.program();
  std::vector<Halt> all;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const link::Stop& stop : program.functions[id].effects.stops) {
      const Op* op = link::innermost(stop.trace).op;
      if (op->kind != kind) continue;
      // A call's stop is told by the function called, unless locks of ours come to it.
      const bool own = stop.trace->inner == nullptr;
      const bool ours = std::any_of(stop.held.begin(), stop.held.end(), [&](const Held& held) {
        return held.taken != nullptr && held.taken->op != stop.trace->op;
      });
      if (!own && !ours) continue;
      std::vector<Path> paths{stop.object};
      paths.insert(paths.end(), stop.others.begin(), stop.others.end());
      for (Context& context :
           sites.contexts(id, stop.trace, std::move(paths), stop.held, stop.released)) {
        Halt halt;
        halt.op = op;
        halt.object = context.paths[0];
        halt.others.assign(context.paths.begin() + 1, context.paths.end());
        halt.context = std::move(context);
        std::erase_if(halt.context.held, [&](const Held& held) {
          return kind == OpKind::wait && link::contains(halt.others, held.lock);
        });
        all.push_back(std::move(halt));
      }
    }
  }
  return all;
}

Need needs_before(const CallSites& sites, const Halt& later, const Path& lock) {
  Need need;
  for (const Held& held : certain_locks(sites.program(), later.context)) {
    need = better(need, as_needed(lock, held.lock, held.taken, held.mode));
  }
  for (const link::TraceStep* step = later.context.trace.get(); step != nullptr && !need.exact;
       step = step->inner.get()) {
    const std::size_t before = index_of(sites.program().functions[step->function], step->op);
    need = better(need, wanted_in(sites, step->function, lock, before));
  }
  return need;
}

Need needs_ever(const CallSites& sites, std::uint32_t root, const Path& lock) {
  const Program& program = sites.program();
  Need need;
  std::deque<FunctionId> queue{program.roots[root].function};
  std::set<FunctionId> seen{queue.front()};
  while (!queue.empty() && !need.exact && seen.size() < kVisitedMax) {
    const FunctionId id = queue.front();
    queue.pop_front();
    need = better(need, wanted_in(sites, id, lock, SIZE_MAX));
    for (const Moment& moment : program.functions[id].moments) {
      if (moment.op->kind == OpKind::spawn) continue;
      for (const FunctionId target : moment.targets) {
        if (seen.insert(target).second) queue.push_back(target);
      }
    }
  }
  if (need.needed)
    need.taken = sites.around(program.roots[root].function, need.taken->function, need.taken);
  return need;
}

}  // namespace lockweave::analyzer::rules
