// analyzer/rules/one_bug.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One bug, one finding (the contract), and the comments in the code that say "I know".
// Thread-safety: pure functions. Cost: n log n in findings; replacing is looked for among findings
// that share a place only.
#pragma once

#include "analyzer/rules/rules.h"

namespace lockweave::analyzer::rules {

// Equal fingerprints in one file are one finding: the surest. What another finding tells better goes. In the order
// of the places.
void keep_one_of_each_bug(Findings& findings);

// Takes out what an `ignore` comment covers: at its place or at an acquisition that it shows.
// Comments that cover nothing, or name no rule, become remarks.
void apply_ignores(const link::Program& program, Verdict& verdict);

}  // namespace lockweave::analyzer::rules
