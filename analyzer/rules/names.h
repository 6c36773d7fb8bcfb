// analyzer/rules/names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When do two paths name one object? What rules ask, on top of link's identity_of.
// Thread-safety: pure functions. Cost: linear in the length of the paths.
#pragma once

#include <string>

#include "analyzer/link/paths.h"
#include "analyzer/link/program.h"

namespace lockweave::analyzer::rules {

using link::FunctionId;
using link::Held;
using link::Linked;
using link::Moment;
using link::Path;
using link::Program;
using link::Trace;
using summary::Op;
using summary::OpKind;
using summary::Root;

using link::has_unknown_element;
// Is it beyond a member that is a pointer or reference? Then it is perhaps another's, too.
bool is_behind_pointer(const Path& path);
// Does the variable at the root only point to the object?
inline bool is_pointer(const Path& path) { return (path.pointers & 1U) != 0; }
// One variable, or a member of one: the same in every function.
bool is_fixed(const Path& path);
// Callers may know better what it is.
bool depends_on_caller(const Path& path);
// "ns::Account::mu" whatever the account; empty: unknown.
std::string class_key(const Path& path);
// Without its last member: `bank.accounts[]` of `bank.accounts[].mu`.
Path owner_of(const Path& path);
// One object for certain, as one function names both.
bool surely_same(const Path& a, const Path& b);
// One object as far as can be told: fixed ones must be equal, others must be of one class.
bool perhaps_same(const Path& a, const Path& b);

// "(anonymous namespace)::f" -> "f": it says nothing to the reader.
std::string without_anonymous(std::string text);
// For people: "savings.mutex" of a variable, "Account::mutex" of a member of we do not know whom.
std::string told_name(const Path& path);

// Held on every path, or by a guard that will release it. A lock that only some paths hold, with
// nothing to end it, may be one whose release was not understood.
inline bool surely_or_guarded(const Held& held) { return held.certain || held.by_guard; }

}  // namespace lockweave::analyzer::rules
