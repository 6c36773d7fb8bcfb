// tests/unit/analyzer/rules/told.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings in a few words, for comparison: "double-lock f#5" is rule, function and line of the place;
// low confidence has a `?`, medium a `~` in front.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/rules/rules.h"
#include "tests/unit/analyzer/unit_builder.h"

namespace lockweave::analyzer::rules {

using build::FunctionBuilder;
using build::global;
using build::local;
using build::nowhere;
using build::object;
using build::parameter;
using build::result_of;
using build::UnitBuilder;
using summary::Op;
using summary::Path;

// A member of what a pointer in another object points to.
inline Path behind_pointer(Path owner, const std::string& pointer, const std::string& member) {
  Path path = std::move(owner) / pointer / member;
  path.pointers = 2;
  return path;
}

inline Verdict verdict_of(const UnitBuilder& unit) {
  return run_rules(link::link_program({unit.build()}, link::Settings{}));
}

inline std::string told(const model::Finding& finding) {
  const std::string mark = finding.confidence == model::Confidence::low      ? "?"
                           : finding.confidence == model::Confidence::medium ? "~"
                                                                             : "";
  return mark + finding.rule + " " + finding.place.function + "#" +
         std::to_string(finding.place.line);
}

// What is printed by default, or with low confidence, too.
inline std::string told(const UnitBuilder& unit, bool all = false) {
  std::string text;
  for (const model::Finding& finding : verdict_of(unit).findings) {
    if (!all && finding.confidence == model::Confidence::low) continue;
    text += (text.empty() ? "" : ", ") + told(finding);
  }
  return text;
}

// The line of the operation added last.
inline std::uint32_t line_of_last(FunctionBuilder& function) {
  std::uint32_t line = 0;
  function.with([&](Op& op) { line = op.place.line; });
  return line;
}

inline std::string at(const std::string& rule, const std::string& function, std::uint32_t line) {
  return rule + " " + function + "#" + std::to_string(line);
}

// Takes `first` and, while it is held, `second`, with guards. Gives the line of the second.
inline std::uint32_t takes_both(FunctionBuilder& function, const Path& first, const Path& second) {
  function.guard(local("outer"), {first}).guard(local("inner"), {second});
  const std::uint32_t line = line_of_last(function);
  function.guard_end(local("inner")).guard_end(local("outer"));
  return line;
}

// main starts a thread for each function, and joins them all at the end.
inline FunctionBuilder& starts(UnitBuilder& unit, const std::vector<std::string>& functions) {
  FunctionBuilder& main = unit.function("main");
  for (const std::string& function : functions) main.spawn(local("of_" + function), function);
  for (const std::string& function : functions) main.join(local("of_" + function));
  return main;
}

}  // namespace lockweave::analyzer::rules
