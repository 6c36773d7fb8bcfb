// model/fingerprint.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stable name of a finding: the same for the same bug across line shifts, addresses, process
// ids, thread numbers, compilers, and between the runtime and the analyzer. docs/design/identity.md
// is the specification; golden tests hold both halves to it.
//
// A fingerprint is 16 hex digits: FNV-1a 64 over the rule id and one key per acquisition, '\0'
// between fields. A key is
//     plain function name '#' ordinal '/' mode
// where the plain name has no arguments, template arguments, return type, ABI tags, clone suffixes
// or lambda numbers ("ns::Class::method", a lambda is "ns::Class::method::{lambda}"), and the
// ordinal is the rank of the acquisition's line among the lines that this finding names in that
// function (0 unless one function takes several of the locks).
// A cycle is a ring of edges: the ring is turned so that the smallest edge key comes first.
// A finding about a variable has other keys: the variable, and the functions that access it, sorted.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"

namespace lockweave::model {

// "ns::C<int>::f(int) const [clone .cold]" -> "ns::C::f"; C names are kept as they are.
std::string plain_function_name(std::string_view symbol);

struct KeySite {              // one acquisition or operation of the finding
  std::string_view function;  // as the symboliser spells it; empty: module and offset are used
  std::string_view module;    // base name is used
  std::uint64_t offset = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  Mode mode = Mode::exclusive;
};
// Order matters (a deadlock's flows are sorted by the caller's story).
std::string fingerprint_of_sequence(std::string_view rule, std::span<const KeySite> sites);
// sites = held, wanted, held, wanted...: one pair per edge; the ring may start anywhere.
std::string fingerprint_of_ring(std::string_view rule, std::span<const KeySite> sites);
// sites = the accesses, in any order. Which line of a function and whether its read or its write meets
// the other access is chance: only the functions count.
std::string fingerprint_of_accesses(std::string_view rule, std::string_view variable,
                                    std::span<const KeySite> sites);
// What the same accesses are called whatever the rule: one key a function, sorted, no key twice.
// Findings that share a key are accounts of one variable.
std::vector<std::string> access_keys(std::string_view variable, std::span<const KeySite> sites);

// How a variable without a name or symbol is called: by the function in which it began.
std::string variable_begun_in(std::string_view function);

}  // namespace lockweave::model
