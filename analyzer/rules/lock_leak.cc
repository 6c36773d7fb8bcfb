// analyzer/rules/lock_leak.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {
namespace {

using link::Exit;
using summary::Answer;

const Held* kept(const Exit& exit, const Path& lock) {
  const auto at = std::find_if(exit.taken.begin(), exit.taken.end(), [&](const Held& held) {
    return link::same(held.lock, lock) && !held.by_guard;
  });
  return at == exit.taken.end() ? nullptr : &*at;
}

// The function itself gives the lock back somewhere: it means to.
bool gives_back(const Linked& function, const Path& lock) {
  return std::any_of(function.moments.begin(), function.moments.end(), [&](const Moment& moment) {
    if (!moment.reached) return false;
    if (moment.op->kind == OpKind::release) return link::same(moment.object, lock);
    return moment.op->kind == OpKind::guard_release && link::contains(moment.others, lock);
  });
}

// `bool try_enter()` says by its result whether the lock is held, and so does `int enter()`, by C's
// custom with 0 where it is: the caller gives it back.
bool result_tells(const Linked& function, const Path& lock) {
  const std::vector<Exit>& exits = function.effects.exits;
  bool held_and[3] = {};
  bool free_and[3] = {};
  for (const Exit& exit : exits) {
    if (exit.thrown) continue;
    const bool held = kept(exit, lock) != nullptr;
    (held ? held_and : free_and)[static_cast<int>(exit.returned)] = true;
  }
  const int no = static_cast<int>(Answer::no);
  const int yes = static_cast<int>(Answer::yes);
  if (held_and[0] || free_and[0]) return false;
  if (function.function->returns_bool) {
    return held_and[yes] && free_and[no] && !held_and[no] && !free_and[yes];
  }
  return held_and[no] && free_and[yes] && !held_and[yes] && !free_and[no];
}

bool always_keeps_some(const Linked& function) {
  const auto& exits = function.effects.exits;
  return std::all_of(exits.begin(), exits.end(),
                     [](const Exit& exit) { return exit.thrown || !exit.taken.empty(); });
}

class LeakFinder {
 public:
  LeakFinder(const Facts& facts, Findings& findings)
      : program_(facts.program()), sites_(facts.sites()), teller_(facts.teller()),
        findings_(findings) {}

  void look_at(FunctionId id) {
    const Linked& function = program_.functions[id];
    if (function.lock_wrapper || function.function->coroutine) return;
    for (const Exit& exit : function.effects.exits) {
      for (const Held& held : exit.taken) {
        if (!leaks(function, exit, held)) continue;
        tell(id, exit, held);
      }
    }
  }

 private:
  bool leaks(const Linked& function, const Exit& exit, const Held& held) const {
    if (has_unknown_element(held.lock)) return false;  // which of them was given back?
    if (held.by_guard || held.taken == nullptr || link::contains(exit.guarded, held.lock)) {
      return false;
    }
    // What a callee leaks is told there, unless to leave it held is what it is for.
    const link::TraceStep* const callee = held.taken->inner.get();
    if (callee != nullptr && !always_keeps_some(program_.functions[callee->function])) return false;
    // A caller's lock that is given back and taken again.
    if (link::contains(exit.released, held.lock)) return false;
    const auto& exits = function.effects.exits;
    const bool other_is_free = std::any_of(exits.begin(), exits.end(), [&](const Exit& other) {
      return kept(other, held.lock) == nullptr && (!other.thrown || exit.thrown);
    });
    return other_is_free && gives_back(function, held.lock) && !result_tells(function, held.lock);
  }

  void tell(FunctionId id, const Exit& exit, const Held& held) {
    const summary::Function& function = *program_.functions[id].function;
    const auto confidence = held.certain ? model::Confidence::high : model::Confidence::low;
    model::Finding finding = teller_.begin("lock-leak", confidence);
    const std::string name = told_name(held.lock);
    teller_.add_flow(finding, {id, {}, {}, {}, held.taken, {}}, "takes " + ticked(name));
    finding.place = teller_.site(id, exit.leave == nullptr ? function.end : exit.leave->place);
    model::FlowStep leaving;
    const std::string left = ticked(without_anonymous(function.name));
    leaving.text = exit.thrown ? "throws" : "leaves " + left;
    leaving.stack = {finding.place};
    leaving.held = {
        {name, held.mode == summary::Mode::shared ? model::Mode::shared : model::Mode::exclusive,
         teller_.stack(held.taken)}};
    finding.flows.front().steps.push_back(std::move(leaving));
    finding.message =
        left + " leaves here with " + ticked(name) + " held, although another path unlocks it";
    finding.hint = "hold locks with a guard, so that every way out unlocks";
    finding.locks = {name};
    set_fingerprint(finding, {teller_.key(held.taken, held.mode)});
    findings_.push_back(std::move(finding));
  }

  const Program& program_;
  const CallSites& sites_;
  const Teller& teller_;
  Findings& findings_;
};

}  // namespace

void find_lock_leak(Facts& facts, Findings& findings) {
  LeakFinder finder(facts, findings);
  for (FunctionId id = 0; id < facts.program().functions.size(); ++id) finder.look_at(id);
}

}  // namespace lockweave::analyzer::rules
