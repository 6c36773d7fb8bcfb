// tools/lockweave/records/same_bug.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings of one bug become one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/access_rules.h"
#include "tools/lockweave/records/findings.h"

namespace lockweave::cli {

// One function may treat several locks alike, and wrongly: then the findings have one fingerprint,
// for it names the function. The first, by line, keeps it; the others get one of their own each, made
// of it and their rank. What is on one line is one finding, whatever the locks are, and what is about
// the same lock, too. To be called with all there are, before merge_same.
void tell_apart(std::vector<Reported>& told);

// The same fingerprint once, with all programs that show it, sorted: level, rule, place, fingerprint.
// Those that tell_apart may still part stay apart.
// May be called in between, so that many records need not have all their findings in memory.
void merge_equal(std::vector<Reported>& told);

// One bug, one finding: as merge_equal, and the better account in place of the lesser one: a deadlock
// for its cycle, double-lock for a deadlock with itself, lost-wakeup for the deadlock it led to,
// fork-while-locked for the deadlock of the child, and what came true for the warning that it could.
void merge_same(std::vector<Reported>& told);

}  // namespace lockweave::cli
