// analyzer/rules/infer_guards.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lock guards which member, by the evidence of the accesses; no rule, nothing is a finding.
//
// An access counts for the innermost member on its path whose class has a lock (`o.in.n` for
// `Outer::in` if only Outer has one), else for the global variable. Left out: atomic accesses,
// those of a class's constructors and destructors to their own class, functions with
// no_thread_safety_analysis, and members that are locks, condition variables, threads, atomic,
// constant or references.
// A lock is held if it is certain: in the function itself, or in every caller that is not a
// constructor. It must be of the same object (`this->mu_` for `this->n_`) or a global; for a write
// it must be held exclusively. A lock inside of a lock's own type (`mu_.impl_`) is told as `mu_`.
// Instances of a template, and accesses seen in several of them, are one: by their place.
//
// Guarded: at least kAccessesMin accesses, one of them a write, kShareMin percent under one lock.
//
// A lock type is a capability, as Clang's thread-safety analysis needs it, if an attribute of one
// of its own methods says that it acquires the object. Limits: methods in system headers are not
// seen, so a lock type from there is none; passing a member by reference is no access.
//
// Thread-safety: pure function.
// Cost: linear in accesses times contexts (contexts.h) times locks held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/link/program.h"

namespace lockweave::analyzer::rules {

inline constexpr std::size_t kAccessesMin = 3;
inline constexpr std::size_t kShareMin = 75;  // percent

struct SourcePlace {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string function;  // in which; of a declaration empty
};

struct GuardLock {
  std::string name;  // as written beside the member: "mu_", "state_.mu"; of a global "ns::mu"
  std::string type;  // in words
  bool capability = false;
  bool sibling = true;   // of the same object; else a global
  SourcePlace declared;  // of the global; of a sibling empty
};

struct GuardedMember {
  std::string name;      // "ns::Account::balance_"
  std::string spelling;  // at its declaration: "balance_"
  SourcePlace declared;
  std::string annotated;  // guarded_by attribute that is there already
  bool global = false;
  bool local_static = false;
  bool in_c = false;  // a C unit sees the declaration
  std::size_t accesses = 0;
  std::size_t writes = 0;
  // The lock that most accesses hold; name empty: none ever holds one.
  GuardLock lock;
  std::size_t held = 0;
  bool guarded = false;
  std::vector<SourcePlace> not_at;  // accesses without the lock
  // With it, but Clang's analysis, which looks at one function at a time, cannot see that: a caller
  // holds it, a guard whose type has no attributes does, or only constructors call the function.
  std::vector<SourcePlace> unseen;
};

struct GuardedClass {
  std::string name;              // empty: the global variables
  std::vector<GuardLock> locks;  // of a class: its own; of globals: those that guard one
  std::vector<GuardedMember> members;
};

// Every class with a lock, with all members that could need one; sorted by name and place.
std::vector<GuardedClass> infer_guards(const link::Program& program);

}  // namespace lockweave::analyzer::rules
