// tools/lockweave/cases/case_expectation.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the source of a case says should be found, in comments beside the code. A comment on a line
// of code speaks of that line, one on a line of its own of the next line of code:
//
//   expect: RULE[, RULE]          exactly one finding of RULE at this line
//   expect-either: RULE           all such lines of one RULE are one group: one finding at one of them
//   expect-run, expect-either-run     the runtime only
//   expect-code, expect-either-code   the analyzer only
//   expect-none                   nothing at all, by either half
//   exits: N                      the program itself exits with N (128+n: signal n ends it)
//   args: WORD WORD               its arguments
//   forms: lockweave, std         the forms it exists in (else both)
//   later: REASON                 it is known that this cannot be found yet: not run, not judged
//
// A script's lines are not seen. Of one named *.py comments begin with '#', and say instead
//
//   finds: RULE[, RULE]           finds-none
//
// A source that says nothing, contradicts itself, or asks a half for a rule it cannot find is
// malformed: an expectation that is overlooked is worse than none.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/record_reader.h"

namespace lockweave::cli {

struct Spot {
  std::string rule;
  std::uint32_t line = 0;  // 0: in another file, or not known
  friend auto operator<=>(const Spot&, const Spot&) = default;
};

// What one half should find.
struct Wish {
  std::set<Spot> exact;
  std::map<std::string, std::set<std::uint32_t>> either;  // rule -> the lines that would do
  bool silent() const { return exact.empty() && either.empty(); }
};

struct Expectation {
  Wish runtime;
  Wish analyzer;
  std::vector<std::string> forms;  // empty: all
  std::vector<std::string> arguments;
  int exit_code = 0;
  bool rules_only = false;  // a script: lines are not judged
  std::string later;        // why it is not run yet; empty: it is
};

// Errors: nothing, and `error` says which line of `path` is malformed and what to write.
std::optional<Expectation> parse_expectation(std::string_view text, const std::string& path,
                                             model::ReadError& error);

}  // namespace lockweave::cli
