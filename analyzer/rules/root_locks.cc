// analyzer/rules/root_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/root_locks.h"

#include <algorithm>
#include <set>

namespace lockweave::analyzer::rules {
namespace {

using summary::Mode;

const Held* find(const std::vector<Held>& locks, const Path& lock) {
  const auto at = std::find_if(locks.begin(), locks.end(),
                               [&](const Held& held) { return link::same(held.lock, lock); });
  return at == locks.end() ? nullptr : &*at;
}

// Of the locks on the way to the caller those that it still has at the call, and its own.
std::vector<Held> held_in_call(const std::vector<Held>& on_entry, const Moment& call) {
  std::vector<Held> locks;
  for (const Held& held : on_entry) {
    if (!link::contains(call.given_up, held.lock)) locks.push_back(held);
  }
  for (const Held& held : call.held) {
    const bool fit = held.certain && held.lock.root == Root::global;
    if (fit && find(locks, held.lock) == nullptr) locks.push_back(held);
  }
  return locks;
}

// Has `known` become less?
bool keep_common(std::vector<Held>& known, const std::vector<Held>& other) {
  bool changed = std::erase_if(known, [&](const Held& held) {
                   return find(other, held.lock) == nullptr;
                 }) != 0;
  for (Held& held : known) {
    if (held.mode == Mode::shared || find(other, held.lock)->mode != Mode::shared) continue;
    held.mode = Mode::shared;
    changed = true;
  }
  return changed;
}

bool calls(const Linked& caller, FunctionId function) {
  return std::any_of(caller.moments.begin(), caller.moments.end(), [&](const Moment& moment) {
    return moment.op->kind == OpKind::call &&
           std::binary_search(moment.targets.begin(), moment.targets.end(), function);
  });
}

}  // namespace

const std::vector<Held>& RootLocks::at(std::uint32_t root, FunctionId function) {
  static const std::vector<Held> nothing;
  auto known = known_.find(root);
  if (known == known_.end()) known = known_.emplace(root, compute(root)).first;
  const auto locks = known->second.find(function);
  return locks == known->second.end() ? nothing : locks->second;
}

bool RootLocks::is_called_indirectly(FunctionId function) const {
  const std::vector<FunctionId>& callers = program_.functions[function].callers;
  return std::any_of(callers.begin(), callers.end(), [&](FunctionId caller) {
    return !calls(program_.functions[caller], function);
  });
}

// Users begin where nobody else calls.
std::vector<FunctionId> RootLocks::starts_of(std::uint32_t root) const {
  std::vector<FunctionId> starts{program_.roots[root].function};
  if (is_real(program_.roots[root])) return starts;
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    const Linked& linked = program_.functions[id];
    const bool of_users = std::binary_search(linked.roots.begin(), linked.roots.end(), root);
    if (of_users && linked.callers.empty()) starts.push_back(id);
  }
  return starts;
}

RootLocks::ByFunction RootLocks::compute(std::uint32_t root) const {
  ByFunction locks;
  std::set<FunctionId> todo;
  for (const FunctionId start : starts_of(root)) {
    locks[start];
    todo.insert(start);
  }
  while (!todo.empty()) {
    const FunctionId caller = *todo.begin();
    todo.erase(todo.begin());
    const std::vector<Held> on_entry = locks.at(caller);
    for (const Moment& moment : program_.functions[caller].moments) {
      if (moment.op->kind != OpKind::call || !moment.reached) continue;
      const std::vector<Held> here = held_in_call(on_entry, moment);
      for (const FunctionId target : moment.targets) {
        const auto [known, fresh] = locks.try_emplace(target);
        if (fresh && !is_called_indirectly(target)) known->second = here;
        if (fresh || keep_common(known->second, here)) todo.insert(target);
      }
    }
  }
  return locks;
}

}  // namespace lockweave::analyzer::rules
