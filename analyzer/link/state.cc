// analyzer/link/state.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/state.h"

#include <algorithm>

namespace lockweave::analyzer::link {
namespace {

constexpr int kAliasSteps = 4;
constexpr long kRecursionMax = 2;

bool same_guard(const Guard& a, const Guard& b) {
  return same(a.path, b.path) && a.owns == b.owns && a.leaving == b.leaving &&
         std::equal(a.locks.begin(), a.locks.end(), b.locks.begin(), b.locks.end(), same);
}

bool same_paths(const std::vector<Path>& a, const std::vector<Path>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool same_aliases(const State& a, const State& b) {
  return std::equal(a.aliases.begin(), a.aliases.end(), b.aliases.begin(), b.aliases.end(),
                    [](const auto& x, const auto& y) {
                      return same(x.first, y.first) && same(x.second, y.second);
                    });
}

bool is_variable(const Path& path, const Path& variable) {
  return path.root == variable.root && path.symbol == variable.symbol &&
         path.index == variable.index;
}

// The n-th entry for the same lock and mode, as `entries[at]` is in its own list.
std::size_t nth_of(const std::vector<Held>& entries, std::size_t at) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < at; ++i) {
    if (entries[i].mode == entries[at].mode && same(entries[i].lock, entries[at].lock)) ++n;
  }
  return n;
}

const Held* find_nth(const std::vector<Held>& entries, const Held& like, std::size_t n) {
  for (const Held& entry : entries) {
    if (entry.mode != like.mode || !same(entry.lock, like.lock)) continue;
    if (n-- == 0) return &entry;
  }
  return nullptr;
}

void merge_held(State& into, const State& other) {
  std::vector<Held> result;
  for (std::size_t i = 0; i < into.held.size(); ++i) {
    Held entry = into.held[i];
    const Held* match = find_nth(other.held, entry, nth_of(into.held, i));
    entry.certain = entry.certain && match != nullptr && match->certain;
    if (match != nullptr) {
      entry.tried = entry.tried || match->tried;
      entry.by_guard = entry.by_guard && match->by_guard;
    }
    result.push_back(std::move(entry));
  }
  for (std::size_t i = 0; i < other.held.size(); ++i) {
    if (find_nth(into.held, other.held[i], nth_of(other.held, i)) != nullptr) continue;
    result.push_back(other.held[i]);
    result.back().certain = false;
  }
  into.held = std::move(result);
}

void merge_guards(State& into, const State& other) {
  for (Guard& guard : into.guards) {
    const Guard* match = other.guard_at(guard.path);
    if (match != nullptr && match->owns == guard.owns) continue;
    guard.owns = Answer::unknown;
    if (match != nullptr) {
      for (const Path& lock : match->locks) add_unique(guard.locks, lock);
    }
  }
  for (const Guard& guard : other.guards) {
    if (into.guard_at(guard.path) != nullptr) continue;
    into.put_guard(guard).owns = Answer::unknown;
  }
}

bool is_null(const State& state, const Path& name) {
  return supposes(state.premises, {name, 0, false, false});
}

// A pointer that is null on one side names what it names on the other: nobody locks through null.
void merge_aliases(State& into, const State& other) {
  std::erase_if(into.aliases, [&](const auto& alias) {
    return !is_null(other, alias.first) &&
           std::none_of(other.aliases.begin(), other.aliases.end(), [&](const auto& one) {
             return same(alias.first, one.first) && same(alias.second, one.second);
           });
  });
  for (const auto& [name, target] : other.aliases) {
    if (is_null(into, name)) into.set_alias(name, target);
  }
}

}  // namespace

Path State::resolve(const Path& path) const {
  Path result = path;
  for (int step = 0; step < kAliasSteps; ++step) {
    const std::pair<Path, Path>* best = nullptr;
    for (const auto& alias : aliases) {
      if (!extends(alias.first, result) || extends(alias.first, alias.second)) continue;
      if (best == nullptr || best->first.fields.size() < alias.first.fields.size()) best = &alias;
    }
    if (best == nullptr) break;
    result = joined(best->second, result, best->first.fields.size());
  }
  return result;
}

Guard* State::guard_at(const Path& resolved) {
  for (Guard& guard : guards) {
    if (same(guard.path, resolved)) return &guard;
  }
  return nullptr;
}

const Guard* State::guard_at(const Path& resolved) const {
  return const_cast<State*>(this)->guard_at(resolved);
}

std::vector<Path> State::locks_of(const Path& resolved) const {
  const Guard* guard = guard_at(resolved);
  if (guard == nullptr) return {resolved};
  return guard->locks;
}

Path State::lock_of(const Path& resolved) const {
  const Guard* guard = guard_at(resolved);
  return guard == nullptr || guard->locks.empty() ? resolved : guard->locks.front();
}

bool State::holds(const Path& lock) const {
  return std::any_of(held.begin(), held.end(),
                     [&](const Held& entry) { return same(entry.lock, lock); });
}

void State::take(Held entry) {
  std::erase_if(freed, [&](const Path& path) { return same(path, entry.lock); });
  const auto count = std::count_if(held.begin(), held.end(),
                                   [&](const Held& other) { return same(other.lock, entry.lock); });
  if (count < kRecursionMax) held.push_back(std::move(entry));
}

void State::give_back(const Path& lock, GiveBack why, bool by_guard) {
  auto found = held.rend();
  for (auto entry = held.rbegin(); entry != held.rend(); ++entry) {
    if (!same(entry->lock, lock)) continue;
    if (found == held.rend() || (by_guard && !found->by_guard && entry->by_guard)) found = entry;
  }
  if (found != held.rend()) {
    held.erase(std::next(found).base());
    if (!holds(lock)) add_unique(freed, lock);
    return;
  }
  if (why == GiveBack::surely) {
    if (!contains(freed, lock)) add_unique(released, lock);
    add_unique(freed, lock);
  } else if (!fixed(lock) && lock.root != Root::result) {
    add_unique(ended, lock);
  }
}

void State::end_guard(Guard& guard) {
  if (guard.owns != Answer::no) {
    const GiveBack why = guard.owns == Answer::yes ? GiveBack::surely : GiveBack::if_owned;
    for (const Path& lock : guard.locks) give_back(lock, why, true);
  }
  guard.owns = Answer::no;
  guard.leaving = false;
}

void State::remove_guard(const Path& path) {
  std::erase_if(guards, [&](const Guard& guard) { return same(guard.path, path); });
}

Guard& State::put_guard(Guard guard) {
  if (Guard* old = guard_at(guard.path); old != nullptr) {
    *old = std::move(guard);
    return *old;
  }
  const auto at = std::lower_bound(guards.begin(), guards.end(), guard,
                                   [](const Guard& a, const Guard& b) { return a.path < b.path; });
  return *guards.insert(at, std::move(guard));
}

void State::set_alias(const Path& name, const Path& target) {
  const auto at =
      std::lower_bound(aliases.begin(), aliases.end(), name,
                       [](const auto& alias, const Path& path) { return alias.first < path; });
  const auto old = std::find_if(aliases.begin(), aliases.end(),
                                [&](const auto& alias) { return same(alias.first, name); });
  if (old != aliases.end()) {
    old->second = target;
  } else if (nameable(target) && !same(name, target)) {
    aliases.insert(at, {name, target});
  }
}

void State::renew(const Path& variable) {
  if (variable.root != Root::local || variable.index != 0) return;
  std::erase_if(aliases, [&](const auto& alias) { return is_variable(alias.first, variable); });
  forget(variable);
  const auto age = [&](Path& path) {
    if (is_variable(path, variable)) path.index = 1;
  };
  for (Held& entry : held) age(entry.lock);
  for (auto& [name, target] : aliases) age(target);
  for (Path& path : freed) age(path);
  for (Path& path : released) age(path);
  for (Guard& guard : guards) {
    age(guard.path);
    for (Path& lock : guard.locks) age(lock);
  }
}

void State::forget_where(const std::function<bool(const Path&)>& subject) {
  std::erase_if(premises, [&](const Premise& premise) { return subject(premise.subject); });
  forget_denials(subject);
}

void State::forget_denials(const std::function<bool(const Path&)>& subject) {
  const auto is_gone = [&](const Premise& premise) { return subject(premise.subject); };
  std::erase_if(denials, [&](const Denial& denial) {
    return std::any_of(denial.begin(), denial.end(), is_gone);
  });
}

void State::forget(const Path& written) {
  if (!nameable(written)) return;
  forget_where([&](const Path& subject) { return extends(written, subject); });
}

void State::forget_shared() {
  forget_where(
      [](const Path& subject) { return subject.root == Root::global || !subject.fields.empty(); });
}

bool State::suppose_less(const State& other) {
  const bool fewer_premises = keep_common(premises, other.premises);
  const bool fewer_supposed = keep_common(supposed, other.supposed);
  return keep_common(denials, other.denials) || fewer_premises || fewer_supposed;
}

Answer State::fact(std::uint32_t condition) const {
  for (const auto& [known, value] : facts) {
    if (known == condition) return value ? Answer::yes : Answer::no;
  }
  return Answer::unknown;
}

void State::set_fact(std::uint32_t condition, Answer value) {
  if (condition == 0) return;
  std::erase_if(facts, [&](const auto& fact) { return fact.first == condition; });
  if (value == Answer::unknown) return;
  const std::pair<std::uint32_t, bool> fresh{condition, value == Answer::yes};
  facts.insert(std::lower_bound(facts.begin(), facts.end(), fresh), fresh);
}

bool same_held(const Held& a, const Held& b) {
  return a.mode == b.mode && a.certain == b.certain && a.tried == b.tried &&
         a.by_guard == b.by_guard && same(a.lock, b.lock);
}

bool same_effect(const State& a, const State& b) {
  return a.returned == b.returned && a.thrown == b.thrown &&
         std::equal(a.held.begin(), a.held.end(), b.held.begin(), b.held.end(), same_held) &&
         std::equal(a.guards.begin(), a.guards.end(), b.guards.begin(), b.guards.end(),
                    same_guard) &&
         same_paths(a.released, b.released) && same_paths(a.ended, b.ended) &&
         same(a.returned_object, b.returned_object);
}

bool same_state(const State& a, const State& b) {
  return a.facts == b.facts && same_effect(a, b) && same_aliases(a, b) &&
         same_paths(a.freed, b.freed);
}

// Given back and taken again, as far as a caller can tell it was never given back.
void undo_return(State& state, const State& other) {
  std::erase_if(state.released, [&](const Path& lock) {
    const auto again = std::find_if(state.held.begin(), state.held.end(), [&](const Held& held) {
      return held.certain && same(held.lock, lock);
    });
    if (again == state.held.end() || contains(other.released, lock) || other.holds(lock)) {
      return false;
    }
    state.held.erase(again);
    return true;
  });
}

State merged(const State& first, const State& second) {
  State result = first;
  State b = second;
  undo_return(result, second);
  undo_return(b, first);
  merge_held(result, b);
  merge_guards(result, b);
  merge_aliases(result, b);
  result.suppose_less(b);
  std::erase_if(result.facts, [&](const auto& fact) {
    return b.fact(fact.first) != (fact.second ? Answer::yes : Answer::no);
  });
  for (const Path& path : b.released) add_unique(result.released, path);
  for (const Path& path : b.ended) add_unique(result.ended, path);
  std::erase_if(result.freed, [&](const Path& path) { return !contains(b.freed, path); });
  if (!same(result.returned_object, b.returned_object)) result.returned_object = {};
  if (result.returned != b.returned) result.returned = Answer::unknown;
  result.thrown = result.thrown && b.thrown;
  if (result.leave == nullptr) result.leave = b.leave;
  return result;
}

}  // namespace lockweave::analyzer::link
