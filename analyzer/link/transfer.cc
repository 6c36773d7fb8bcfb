// analyzer/link/transfer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/transfer.h"

#include <algorithm>

namespace lockweave::analyzer::link {
namespace {

using summary::Attempt;
using summary::Op;
using summary::OpKind;
using summary::Start;

const Path kReturned{Root::result, 0, "", "", "", {}};

Answer answer(bool value) { return value ? Answer::yes : Answer::no; }

Answer negated(Answer value, bool negate) {
  if (!negate || value == Answer::unknown) return value;
  return answer(value == Answer::no);
}

Path result_path(const Op& op) { return {Root::result, op.id, "", "", "", {}}; }

// How many of the premises the arguments themselves show to be true.
std::size_t answered(const Denial& denial, const Op& call) {
  return static_cast<std::size_t>(
      std::count_if(denial.begin(), denial.end(), [&](const Premise& premise) {
        const Path& subject = premise.subject;
        return subject.root == Root::parameter && subject.fields.empty() &&
               subject.index < call.arguments.size() &&
               holds_for(premise, call.arguments[subject.index]) == Answer::yes;
      }));
}

void end_leaving_guards(State& state) {
  for (Guard& guard : state.guards) {
    if (guard.leaving) state.end_guard(guard);
  }
}

// The guard of the user's own of which this is the member that names its lock, if that has no other
// name here: it was returned or moved.
Guard* owner_of(const Path& member, State& state) {
  if (member.root != Root::local || member.fields.empty()) return nullptr;
  for (Guard& guard : state.guards) {
    const bool inside = guard.path.fields.size() < member.fields.size();
    if (inside && extends(guard.path, member) && guard.locks.size() == 1) return &guard;
  }
  return nullptr;
}

}  // namespace

void Transfer::apply(const Op& op, Place place, State state, States& out) {
  ++context_.program.work;
  place_ = place;
  switch (op.kind) {
    case OpKind::acquire: {
      const Path lock = state.lock_of(state.resolve(op.object));
      return take_locks(op, std::move(state), {lock}, nullptr, out);
    }
    case OpKind::release: {
      const Path path = state.resolve(op.object);
      for (const Path& lock : state.locks_of(path)) {
        state.give_back(lock, GiveBack::surely, false);
      }
      if (Guard* guard = state.guard_at(path); guard != nullptr) guard->owns = Answer::no;
      break;
    }
    case OpKind::declare_lock:
      std::erase_if(state.held, [&](const Held& held) { return same(held.lock, op.object); });
      std::erase_if(state.freed, [&](const Path& path) { return same(path, op.object); });
      break;
    case OpKind::guard_begin:
    case OpKind::guard_end:
    case OpKind::guard_acquire:
    case OpKind::guard_release:
    case OpKind::guard_forget:
    case OpKind::guard_move:
    case OpKind::guard_swap:
    case OpKind::test_guard: return guard_operation(op, std::move(state), out);
    case OpKind::call: return call(op, std::move(state), out);
    case OpKind::spawn: end_leaving_guards(state); break;
    case OpKind::alias: rename(op, state); break;
    case OpKind::assign: assign(op, state); break;
    case OpKind::leave: leave(op, state); break;
    case OpKind::access:
      if (op.write) write(op, state);
      state.set_fact(op.outcome, Answer::unknown);
      break;
    case OpKind::wait:
      state.forget_shared();
      state.set_fact(op.outcome, Answer::unknown);
      break;
    case OpKind::replace: return;
    default: state.set_fact(op.outcome, Answer::unknown); break;
  }
  out.push_back(std::move(state));
}

// One state in which they were got, and, if that is not sure, one in which they were not.
void Transfer::take_locks(const Op& op, State state, const std::vector<Path>& locks,
                          const Path* guard, States& out) {
  const bool may_fail = op.attempt != Attempt::blocking || facts_.tested(op.outcome);
  if (may_fail) {
    State failed = state;
    failed.set_fact(op.outcome, answer(op.negated));
    if (guard != nullptr) failed.guard_at(*guard)->owns = Answer::no;
    out.push_back(std::move(failed));
  }
  for (const Path& lock : locks) {
    if (!nameable(lock)) continue;
    Held held;
    held.lock = lock;
    held.mode = op.mode;
    held.recursive = op.recursive;
    held.tried = op.attempt != Attempt::blocking;
    held.by_guard = guard != nullptr;
    held.group = locks.size() > 1 ? op.id : 0;
    held.taken = step_of(function_, &op, nullptr, context_.settings);
    state.take(std::move(held));
  }
  state.set_fact(op.outcome, answer(!op.negated));
  if (guard != nullptr) state.guard_at(*guard)->owns = Answer::yes;
  // Success first: what is told of an operation is told of this.
  out.insert(out.end() - (may_fail ? 1 : 0), std::move(state));
}

void Transfer::guard_operation(const Op& op, State state, States& out) {
  if (op.kind == OpKind::guard_begin) return begin_guard(op, std::move(state), out);
  if (op.kind == OpKind::test_guard) return test_guard(op, std::move(state), out);
  Path path = state.resolve(op.object);
  Guard* guard = state.guard_at(path);
  if (op.kind == OpKind::guard_end) {
    for (auto around = op.others.begin(); guard == nullptr && around != op.others.end(); ++around) {
      guard = state.guard_at(state.resolve(*around));
      if (guard != nullptr) path = guard->path;
    }
  }
  switch (op.kind) {
    case OpKind::guard_acquire: {
      if (guard == nullptr) return take_locks(op, std::move(state), {path}, nullptr, out);
      const std::vector<Path> locks = guard->locks;
      return take_locks(op, std::move(state), locks, &path, out);
    }
    case OpKind::guard_release:
      if (guard == nullptr) {
        state.give_back(path, GiveBack::surely, true);
      } else {
        for (const Path& lock : guard->locks) {
          state.give_back(
              lock, guard->owns == Answer::unknown ? GiveBack::if_owned : GiveBack::surely, true);
        }
        guard->owns = Answer::no;
      }
      break;
    case OpKind::guard_end:
      if (guard == nullptr) {
        state.give_back(path, GiveBack::if_owned, true);
      } else {
        state.end_guard(*guard);
        state.remove_guard(path);
      }
      break;
    case OpKind::guard_forget:
      if (guard == nullptr) break;
      for (Held& held : state.held) {
        if (contains(guard->locks, held.lock)) held.by_guard = false;
      }
      guard->owns = Answer::no;
      guard->locks.clear();
      break;
    case OpKind::guard_move: move_guard(op, state); break;
    case OpKind::guard_swap: swap_guards(op, state); break;
    default: break;
  }
  out.push_back(std::move(state));
}

void Transfer::begin_guard(const Op& op, State state, States& out) {
  Guard guard;
  if (op.object.root == Root::local && op.object.fields.empty()) {
    // A new object, whatever the name stood for in an earlier round of a loop.
    std::erase_if(state.aliases, [&](const auto& one) { return same(one.first, op.object); });
    if (Guard* old = state.guard_at(op.object); old != nullptr) state.end_guard(*old);
  }
  guard.path = state.resolve(op.object);
  for (const Path& other : op.others) guard.locks.push_back(state.lock_of(state.resolve(other)));
  guard.mode = op.mode;
  guard.recursive = op.recursive;
  guard.owns = op.start == Start::adopted ? Answer::yes : Answer::no;
  const std::vector<Path> locks = guard.locks;
  const Path path = guard.path;
  state.put_guard(std::move(guard));
  if (op.start == Start::locked) {
    const std::size_t first = out.size();
    take_locks(op, std::move(state), locks, &path, out);
    // std::lock of guards that were deferred: these own what was taken.
    for (std::size_t i = first; i < out.size(); ++i) {
      if (out[i].guard_at(path)->owns != Answer::yes) continue;
      for (const Path& other : op.others) {
        const Path named = out[i].resolve(other);
        if (same(named, path)) continue;
        if (Guard* owner = out[i].guard_at(named); owner != nullptr) owner->owns = Answer::yes;
      }
    }
    return;
  }
  if (op.start == Start::adopted) {
    for (const Path& lock : locks) {
      const auto held = std::find_if(state.held.rbegin(), state.held.rend(),
                                     [&](const Held& one) { return same(one.lock, lock); });
      if (held != state.held.rend()) held->by_guard = true;
    }
  }
  out.push_back(std::move(state));
}

void Transfer::move_guard(const Op& op, State& state) {
  if (op.others.empty()) return;
  const Path from = state.resolve(op.others.front());
  const Path to = state.resolve(op.object);
  Guard* source = state.guard_at(from);
  if (!nameable(to)) {
    if (source != nullptr) source->leaving = true;
    return;
  }
  Guard moved;
  if (source != nullptr) {
    moved = *source;
    source->owns = Answer::no;
    source->locks.clear();
  } else if (from.root != Root::none) {
    moved.locks = {from};  // a guard of the caller's: its lock has no other name here
  }
  if (Guard* target = state.guard_at(to); target != nullptr) state.end_guard(*target);
  moved.path = to;
  state.put_guard(std::move(moved));
}

void Transfer::swap_guards(const Op& op, State& state) {
  if (op.others.empty()) return;
  Guard* a = state.guard_at(state.resolve(op.object));
  Guard* b = state.guard_at(state.resolve(op.others.front()));
  if (a == nullptr || b == nullptr || a == b) return;
  std::swap(a->locks, b->locks);
  std::swap(a->owns, b->owns);
  std::swap(a->mode, b->mode);
  std::swap(a->recursive, b->recursive);
}

void Transfer::test_guard(const Op& op, State state, States& out) {
  const Path path = state.resolve(op.object);
  const Guard* guard = state.guard_at(path);
  const Answer owns = guard == nullptr ? Answer::unknown : guard->owns;
  if (guard == nullptr || owns != Answer::unknown) {
    state.set_fact(op.outcome, negated(owns, op.negated));
    out.push_back(std::move(state));
    return;
  }
  State without = state;
  for (Held& held : state.held) {
    if (contains(guard->locks, held.lock)) held.certain = true;
  }
  state.guard_at(path)->owns = Answer::yes;
  state.set_fact(op.outcome, answer(!op.negated));
  out.push_back(std::move(state));
  Guard& empty = *without.guard_at(path);
  const std::vector<Path> locks = empty.locks;
  empty.owns = Answer::no;
  for (const Path& lock : locks) {
    if (without.holds(lock)) without.give_back(lock, GiveBack::if_owned, true);
  }
  without.set_fact(op.outcome, answer(op.negated));
  out.push_back(std::move(without));
}

void Transfer::rename(const Op& op, State& state) {
  Path target = op.others.empty() ? Path{} : state.resolve(op.others.front());
  const bool variable = op.object.root == Root::local && op.object.fields.empty();
  if (variable) {
    const auto old = std::find_if(state.aliases.begin(), state.aliases.end(),
                                  [&](const auto& one) { return same(one.first, op.object); });
    // `node = node->next`, round and round: some node, and no longer one that has a path.
    const bool walks = op.looped && old != state.aliases.end() && nameable(target) &&
                       !same(old->second, target) && extends(old->second, target);
    const bool own = target.root == Root::local && target.symbol == op.object.symbol;
    state.renew(op.object);
    if (own) target.index = 1;
    if (walks || (own && op.looped)) return;
  }
  std::erase_if(state.aliases, [&](const auto& one) { return same(one.first, op.object); });
  if (nameable(target) && target.root != Root::none) state.set_alias(op.object, target);
}

void Transfer::assign(const Op& op, State& state) {
  Answer value = op.value;
  if (op.from != 0) value = negated(state.fact(op.from), op.negated);
  state.set_fact(op.outcome, value);
  state.forget(op.object);
  const summary::Condition& condition =
      context_.program.functions[function_].function->conditions[op.outcome - 1];
  if (value == Answer::unknown || !nameable(op.object)) return;
  suppose(state.premises,
          {state.resolve(op.object), condition.value, condition.compares, value == Answer::yes});
}

void Transfer::write(const Op& op, State& state) const {
  const Path object = state.resolve(op.object);
  state.forget(object);
  if (op.value == Answer::unknown || !nameable(object) || has_unknown_element(object)) return;
  if (!context_.writes.is_tested(object)) return;
  suppose(state.premises, {object, 0, false, op.value == Answer::yes});
}

void Transfer::leave(const Op& op, State& state) {
  state.leave = &op;
  state.thrown = op.thrown;
  state.returned = op.from != 0 ? negated(state.fact(op.from), op.negated) : op.value;
  const Path object = state.resolve(op.object);
  if (!nameable(object)) return;
  Guard* guard = state.guard_at(object);
  if (guard == nullptr) {
    state.returned_object = object;
    return;
  }
  Guard returned = *guard;
  guard->owns = Answer::no;
  guard->locks.clear();
  returned.path = kReturned;
  state.put_guard(std::move(returned));
}

void Transfer::call(const Op& op, State state, States& out) {
  const Resolved& resolved = context_.calls.of(op);
  States after;
  for (const FunctionId target : resolved.targets) call_one(op, state, target, after);
  if (resolved.targets.empty() || resolved.open) {
    state.set_fact(op.outcome, Answer::unknown);
    take_result(op, {}, {}, state);
    after.push_back(std::move(state));
  }
  for (State& one : after) {
    end_leaving_guards(one);
    const auto known = std::find_if(out.begin(), out.end(),
                                    [&](const State& other) { return same_state(one, other); });
    if (known == out.end()) {
      out.push_back(std::move(one));
    } else {
      known->suppose_less(one);
    }
  }
}

void Transfer::call_one(const Op& op, const State& state, FunctionId target, States& out) {
  if (!context_.summaries[target].returns) return;
  static const std::vector<Exit> nothing(1);
  const summary::Function& callee = *context_.program.functions[target].function;
  const std::vector<Exit>& known = context_.summaries[target].ways;
  const std::vector<Exit>& ways = known.empty() ? nothing : known;
  const auto trivial = [](const Exit& way) {
    return way.premises.empty() && way.denials.empty() && way.taken.empty() &&
           way.released.empty() && way.ended.empty() && way.aliases.empty() &&
           way.guard.root == Root::none && !nameable(way.object);
  };
  const bool plain = std::all_of(ways.begin(), ways.end(), trivial) && !callee.destructor;
  const Naming naming =
      plain ? Naming{}
            : naming_at(op, *context_.program.functions[function_].function, callee, state);
  const bool unlocks =
      std::any_of(ways.begin(), ways.end(), [](const Exit& way) { return !way.released.empty(); });
  const std::size_t before = out.size();
  for (const bool strict : {true, false}) {
    // Premises that leave no way at all are not what they seem.
    if (out.size() > before) break;
    for (const Exit& way : ways) {
      ++context_.program.work;
      State after = state;
      if (!suppose_way(op, way, naming, after) && strict) continue;
      forget_written(target, after);
      if (Guard* own = after.guard_at(naming.receiver); own && callee.destructor && unlocks) {
        // It releases what it owns, which by now may be nothing: it may have been moved from.
        after.end_guard(*own);
      } else {
        take_exit(op, target, way, naming, after);
      }
      if (callee.destructor) after.remove_guard(naming.receiver);
      after.set_fact(op.outcome, negated(way.returned, op.negated));
      out.push_back(std::move(after));
    }
  }
}

// What the callee writes is not what it was.
void Transfer::forget_written(FunctionId target, State& state) const {
  if (context_.writes.none(target)) return;
  const auto& conditions = context_.program.functions[function_].function->conditions;
  const auto written = [&](const Premise& known) {
    return context_.conditional_writes.written_by(target, known);
  };
  std::erase_if(state.facts, [&](const auto& fact) {
    const summary::Condition& condition = conditions[fact.first - 1];
    return written({condition.subject, condition.value, condition.compares, fact.second});
  });
  std::erase_if(state.premises, written);
  state.forget_denials(
      [&](const Path& subject) { return context_.writes.written_by(target, subject); });
}

// Can the callee end in this way? If so its premises are known from here on.
bool Transfer::suppose_way(const Op& op, const Exit& way, const Naming& naming, State& state) {
  if (way.premises.empty() && way.denials.empty()) return true;
  std::vector<Premise> known = known_at(state);
  const auto premises = premises_at_call(way.premises, op, naming, known);
  if (!premises) return false;
  for (const Premise& premise : *premises) {
    suppose(known, premise);
    learn(premise, place_, state);
  }
  for (const Denial& denial : way.denials) {
    // What contradicts it makes it say nothing.
    auto open = premises_at_call(denial, op, naming, known);
    const bool whole = open && open->size() + answered(denial, op) == denial.size();
    if (!whole) continue;
    if (all_supposed(known, *open)) return false;
    deny(state.denials, *std::move(open));
  }
  return std::none_of(state.denials.begin(), state.denials.end(),
                      [&](const Denial& denial) { return all_supposed(known, denial); });
}

void Transfer::learn(Premise premise, Place place, State& state) {
  if (entry_values_.kept(premise, place)) suppose(state.supposed, premise);
  forget_contradicted(state.premises, premise);
  suppose(state.premises, std::move(premise));
}

// Tests that stand in this function are remembered longer than premises.
std::vector<Premise> Transfer::known_at(const State& state) const {
  std::vector<Premise> known = state.premises;
  const auto& conditions = context_.program.functions[function_].function->conditions;
  for (const auto& [number, value] : state.facts) {
    const summary::Condition& condition = conditions[number - 1];
    if (!nameable(condition.subject)) continue;
    suppose(known, {state.resolve(condition.subject), condition.value, condition.compares, value});
  }
  return known;
}

void Transfer::take_exit(const Op& op, FunctionId target, const Exit& way, const Naming& naming,
                         State& state) {
  const auto here = [&](const Path& path) { return state.resolve(naming.object(path)); };
  const auto forget_owner = [&](const Path& path, Answer owns) {
    if (Guard* guard = state.guard_at(here(path)); guard != nullptr) guard->owns = owns;
  };
  for (const Path& path : way.released) {
    if (Guard* owner = owner_of(here(path), state); owner != nullptr) {
      state.end_guard(*owner);
      continue;
    }
    const Path lock = state.lock_of(here(path));
    if (nameable(lock)) state.give_back(lock, GiveBack::surely, false);
    forget_owner(path, Answer::no);
  }
  for (const Path& path : way.ended) {
    const Path guard_path = here(path);
    if (Guard* guard = state.guard_at(guard_path); guard != nullptr) {
      state.end_guard(*guard);
    } else if (nameable(guard_path)) {
      state.give_back(guard_path, GiveBack::if_owned, true);
    }
  }
  for (const auto& [name, target_path] : way.aliases) {
    const Path named = naming.object(name);
    const Path meant = here(target_path);
    if (named.root != Root::none && nameable(meant)) state.set_alias(named, state.lock_of(meant));
  }
  const bool constructs = context_.program.functions[target].function->constructor;
  Guard made;
  made.path = naming.receiver;
  made.owns = Answer::yes;
  for (const Held& inner : way.taken) {
    Held held = renamed(inner, naming, op.id);
    held.lock = state.lock_of(here(inner.lock));
    if (!nameable(held.lock)) continue;
    const bool into_guard = state.guard_at(here(inner.lock)) != nullptr;
    held.taken = step_of(function_, &op, inner.taken, context_.settings);
    held.by_guard = constructs || into_guard || contains(way.guarded, inner.lock);
    if (constructs) made.locks.push_back(held.lock);
    state.take(std::move(held));
    forget_owner(inner.lock, Answer::yes);
  }
  if (!made.locks.empty() && nameable(made.path)) state.put_guard(std::move(made));
  take_result(op, way, naming, state);
}

// What a call returns: a guard with its locks, an object, or something unknown.
void Transfer::take_result(const Op& op, const Exit& way, const Naming& naming, State& state) {
  const bool variable = op.result.root == Root::local && op.result.fields.empty();
  if (way.guard.root == Root::result) {
    Guard guard;
    guard.path = nameable(op.result) ? state.resolve(op.result) : result_path(op);
    for (const Path& lock : way.guarded) {
      guard.locks.push_back(state.lock_of(state.resolve(naming.lock(lock))));
    }
    guard.owns = guard.locks.empty() ? Answer::no : Answer::yes;
    // It may be declared by a call that can also return an empty one.
    if (Guard* old = state.guard_at(guard.path); old != nullptr) state.end_guard(*old);
    state.put_guard(std::move(guard));
    return;
  }
  const Path object = nameable(way.object) ? state.resolve(naming.object(way.object)) : Path{};
  if (variable) state.renew(op.result);
  if (variable && way.returned == Answer::no) {
    suppose(state.premises, {op.result, 0, false, false});
  }
  if (object.root == Root::none) {
    std::erase_if(state.aliases, [&](const auto& one) {
      return same(one.first, result_path(op)) || (variable && same(one.first, op.result));
    });
    return;
  }
  state.set_alias(result_path(op), object);
  if (variable) state.set_alias(op.result, object);
}

Exit Transfer::exit_of(const State& state) const {
  Exit exit;
  exit.taken = state.held;
  exit.released = state.released;
  exit.ended = state.ended;
  exit.returned = state.returned;
  exit.object = state.returned_object;
  exit.leave = state.leave;
  exit.thrown = state.thrown;
  if (const Guard* guard = state.guard_at(kReturned); guard != nullptr) {
    exit.guard = kReturned;
    if (guard->owns != Answer::no) exit.guarded = guard->locks;
  }
  exit.premises = state.supposed;
  const auto outside = [](const Path& path) {
    return (path.root == Root::object || path.root == Root::parameter) && !path.fields.empty();
  };
  for (const auto& alias : state.aliases) {
    if (outside(alias.first)) exit.aliases.push_back(alias);
  }
  for (const Guard& guard : state.guards) {
    if (outside(guard.path) && guard.locks.size() == 1) {
      exit.aliases.emplace_back(guard.path, guard.locks.front());
    }
  }
  return exit;
}

}  // namespace lockweave::analyzer::link
