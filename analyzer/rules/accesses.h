// analyzer/rules/accesses.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who touches which variable, under which locks, in which threads.
//
// A variable is a global, a local that a thread refers to, or a member: of a known object, or of a
// class where the object is not known, or is reached through a pointer in another. Elements of unknown index are left out: whether two of them
// are one is not known. So are accesses in constructors and destructors to their own object (a
// constructor's from the moment on that it has started a thread, and a destructor's until it has joined
// one, count), and what is constant.
//
// Thread-safety: pure functions. Limits: at most 64 accesses of a variable are looked at.
#pragma once

#include <string>
#include <vector>

#include "analyzer/rules/contexts.h"

namespace lockweave::analyzer::rules {

struct Access {
  const Op* op = nullptr;
  Context context;
  std::vector<Held> locks;         // held for certain
  bool through_parameter = false;  // the object is a parameter that nobody binds
  summary::Place source;           // for order in the source
  const Path& object() const { return context.paths.front(); }
};

struct SharedVariable {
  std::string key;
  Path object;
  bool fixed = false;  // one object; else a member of any object of its class
  std::vector<Access> accesses;
};

enum class Atomics : std::uint8_t { left_out, included };
std::vector<SharedVariable> shared_variables(const CallSites& sites, Atomics atomics);

// What the declaration says of it.
struct Declared {
  bool known = false;
  bool is_volatile = false;
  std::string type;
  std::string guarded_by;
};
Declared declaration_of(const Program& program, const Path& object);

// The lock of `locks` that is `lock` for all that can be told; null: none.
const Held* find_lock(const std::vector<Held>& locks, const Path& lock);

}  // namespace lockweave::analyzer::rules
