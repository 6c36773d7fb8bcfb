// analyzer/driver/guard_text.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What infer_guards found, for people and as JSON (docs/analyze.md describes both).
// Pure functions.
#pragma once

#include <string>
#include <vector>

#include "analyzer/driver/guard_fixes.h"
#include "analyzer/rules/infer_guards.h"

namespace lockweave::analyzer::driver {

struct GuardStyle {
  bool all = false;    // also members that nothing guards
  bool quiet = false;  // only what was changed, and the summary
  bool fix = false;    // attributes are written, not proposed
};

std::string guards_as_text(const std::vector<rules::GuardedClass>& classes,
                           const std::vector<GuardFix>& fixes, const GuardStyle& style);
std::string guards_as_json(const std::vector<rules::GuardedClass>& classes,
                           const std::vector<GuardFix>& fixes, bool fix);

// "changed src/bank.h: 2 attributes" each.
std::string changes_as_text(const FixesWritten& written);

}  // namespace lockweave::analyzer::driver
