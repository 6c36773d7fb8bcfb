// analyzer/link/naming.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/naming.h"

#include <algorithm>

namespace lockweave::analyzer::link {
namespace {

const Path kThis{Root::object, 0, "", "this", "", {}};

}  // namespace

// What a lambda captured is its maker's local, or a parameter of it.
Path Naming::of_maker(const Path& path) const {
  if (caller == nullptr) return path;
  for (std::uint32_t i = 0; i < caller->parameters.size(); ++i) {
    if (caller->parameters[i].key != path.symbol || path.symbol.empty()) continue;
    return joined({Root::parameter, i, "", path.name, path.type, {}}, path);
  }
  return path;
}

Path Naming::map(const Path& path, const std::vector<Path>& from, const Path& self) const {
  switch (path.root) {
    case Root::parameter: return joined(path.index < from.size() ? from[path.index] : Path{}, path);
    case Root::object: return joined(self, path);
    case Root::result: return joined(Path{}, path);
    case Root::local: {
      if (keeps_locals) return of_maker(path);
      Path local = path;
      local.index = 1;
      return local;
    }
    default: return path;
  }
}

std::optional<Path> captured(const summary::Function& caller, std::uint32_t parameter) {
  if (parameter >= caller.parameters.size()) return std::nullopt;
  const summary::Parameter& one = caller.parameters[parameter];
  if (one.key.empty()) return std::nullopt;
  return Path{Root::local, 0, one.key, one.name, one.type, {}};
}

bool same_naming(const Naming& a, const Naming& b) {
  return std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    same) &&
         std::equal(a.argument_locks.begin(), a.argument_locks.end(), b.argument_locks.begin(),
                    b.argument_locks.end(), same) &&
         same(a.receiver, b.receiver) && same(a.receiver_lock, b.receiver_lock);
}

Naming naming_at(const summary::Op& op, const summary::Function& caller,
                 const summary::Function& callee, const State& state) {
  Naming naming;
  naming.caller = &caller;
  naming.keeps_locals = callee.lambda;
  for (const summary::Argument& argument : op.arguments) {
    naming.arguments.push_back(state.resolve(argument.path));
    naming.argument_locks.push_back(state.lock_of(naming.arguments.back()));
  }
  naming.receiver = state.resolve(op.receiver);
  // A lambda's `this` is that of the function it stands in.
  if (callee.lambda && !nameable(naming.receiver)) naming.receiver = kThis;
  naming.receiver_lock = state.lock_of(naming.receiver);
  return naming;
}

Naming naming_through(const Naming& outer, const std::vector<Path>& inner_arguments,
                      const summary::Function& passed) {
  Naming naming;
  naming.keeps_locals = passed.lambda;
  naming.caller = outer.caller;
  for (const Path& path : inner_arguments) {
    naming.arguments.push_back(outer.object(path));
    naming.argument_locks.push_back(outer.lock(path));
  }
  if (passed.lambda) naming.receiver = naming.receiver_lock = kThis;
  return naming;
}

Held renamed(const Held& held, const Naming& naming, std::uint32_t group_salt) {
  Held result = held;
  result.lock = naming.lock(held.lock);
  if (held.group != 0)
    result.group = ((held.group * 0x9e3779b1U) ^ (group_salt * 0x85ebca6bU)) | 1U;
  return result;
}

std::vector<Path> renamed_locks(const std::vector<Path>& locks, const Naming& naming) {
  std::vector<Path> result;
  for (const Path& lock : locks) {
    Path path = naming.lock(lock);
    if (nameable(path)) result.push_back(std::move(path));
  }
  return result;
}

std::optional<std::vector<Premise>> premises_at_call(const std::vector<Premise>& inner,
                                                     const summary::Op& call, const Naming& naming,
                                                     const std::vector<Premise>& known) {
  std::vector<Premise> here;
  for (const Premise& premise : inner) {
    const Path& subject = premise.subject;
    if (subject.root == summary::Root::parameter && subject.fields.empty() &&
        subject.index < call.arguments.size()) {
      const summary::Answer answer = holds_for(premise, call.arguments[subject.index]);
      if (answer == summary::Answer::no) return std::nullopt;
      if (answer == summary::Answer::yes) continue;
    }
    Premise named = premise;
    named.subject = naming.object(subject);
    if (named.subject.root == summary::Root::none || has_unknown_element(named.subject)) continue;
    if (contradicts_any(known, named)) return std::nullopt;
    suppose(here, std::move(named));
  }
  return here;
}

}  // namespace lockweave::analyzer::link
