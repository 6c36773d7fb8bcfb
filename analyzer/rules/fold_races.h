// analyzer/rules/fold_races.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread that shares more variables with another, or with those that nothing here starts, than
// anybody would forget to lock is kept apart by something that is not seen here, or by nothing at
// all: one cause, told once. So are pairs that have a started thread in common; threads of one
// function count as one.
//
// The first in the source stays and counts the others (RaceVerdict::alike); these become low.
// Limits: data races of medium confidence or more; kForgottenMax variables of two threads.
// Thread-safety: none. Cost: n log n in the verdicts.
#pragma once

#include <vector>

#include "analyzer/rules/races.h"

namespace lockweave::analyzer::rules {

inline constexpr std::size_t kForgottenMax = 16;

void fold_by_threads(const Program& program, std::vector<RaceVerdict>& verdicts);

}  // namespace lockweave::analyzer::rules
