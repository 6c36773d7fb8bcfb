// analyzer/link/naming.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a callee's names mean at one call: parameters are arguments, `this` is the receiver.
// What cannot be named there keeps its members only (Root::none). A local of the callee that may be
// another object the next time has index 1; a lambda's locals may be its maker's and stay.
// Thread-safety: plain data.
#pragma once

#include <optional>
#include <vector>

#include "analyzer/link/calls.h"
#include "analyzer/link/state.h"

namespace lockweave::analyzer::link {

struct Naming {
  std::vector<Path> arguments;
  std::vector<Path> argument_locks;  // a guard as an argument stands for its lock
  Path receiver;
  Path receiver_lock;
  bool keeps_locals = false;
  const summary::Function* caller = nullptr;  // a lambda names parameters of it as locals

  Path object(const Path& path) const { return map(path, arguments, receiver); }
  Path lock(const Path& path) const {
    return path.fields.empty() ? map(path, argument_locks, receiver_lock) : object(path);
  }

 private:
  Path of_maker(const Path& path) const;
  Path map(const Path& path, const std::vector<Path>& from, const Path& self) const;
};

// At a call or spawn of `callee` in `caller`, with what is known there.
Naming naming_at(const summary::Op& op, const summary::Function& caller,
                 const summary::Function& callee, const State& state);
bool same_naming(const Naming& a, const Naming& b);
// The function gets what `inner`, a call through the callee's parameter, passes on; `outer` is the
// naming at the call of that callee.
Naming naming_through(const Naming& outer, const std::vector<Path>& inner_arguments,
                      const summary::Function& passed);
// The caller's parameter as a lambda in it names it; nothing: no lambda captures it.
std::optional<Path> captured(const summary::Function& caller, std::uint32_t parameter);

Held renamed(const Held& held, const Naming& naming, std::uint32_t group_salt);
// What a callee supposes, in the names of its caller and without what the arguments answer;
// nothing: it cannot be, by the arguments or by what is known.
std::optional<std::vector<Premise>> premises_at_call(const std::vector<Premise>& inner,
                                                     const summary::Op& call, const Naming& naming,
                                                     const std::vector<Premise>& known);
std::vector<Path> renamed_locks(const std::vector<Path>& locks, const Naming& naming);

}  // namespace lockweave::analyzer::link
