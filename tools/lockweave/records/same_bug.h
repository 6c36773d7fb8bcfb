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

// The same fingerprint once, with all programs that show it, sorted: level, rule, place, fingerprint.
// May be called in between, so that many records need not have all their findings in memory.
void merge_equal(std::vector<Reported>& told);

// One bug, one finding: as merge_equal, and the better account in place of the lesser one: a deadlock
// for its cycle, double-lock for a deadlock with itself, lost-wakeup for the deadlock it led to,
// fork-while-locked for the deadlock of the child, and what came true for the warning that it could.
void merge_same(std::vector<Reported>& told);

}  // namespace lockweave::cli
