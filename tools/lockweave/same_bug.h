// tools/lockweave/same_bug.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings of one bug become one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/lockweave/findings.h"

namespace lockweave::cli {

// The same fingerprint once, with all programs that show it, sorted: level, rule, place, fingerprint.
// May be called in between, so that many records need not have all their findings in memory.
void merge_equal(std::vector<Told>& told);

// Rules that are accounts of one bug, an access that nothing orders; 0 is the best account, nothing:
// not such a rule. A race that luck hid in one run is a data race in another, so of one variable only
// one of them is told.
std::optional<std::size_t> rank_of_accesses(std::string_view rule);
// Do both tell of accesses that one function makes to one variable? By access keys (fingerprint.h), so
// it holds across records and SARIF files.
bool of_one_variable(std::span<const std::string> keys, std::span<const std::string> other_keys);

// One bug, one finding: as merge_equal, and the better account in place of the lesser one: a deadlock
// for its cycle, double-lock for a deadlock with itself, lost-wakeup for the deadlock it led to,
// fork-while-locked for the deadlock of the child, and what came true for the warning that it could.
void merge_same(std::vector<Told>& told);

}  // namespace lockweave::cli
