// analyzer/rules/order_evidence.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a comparison decide which of two locks of one class comes first, as in
// `Account& low = a.number < b.number ? a : b`? Seen from words: a condition with `<` or `>` that
// names two parameters, or the two owners; or a call of min, max, less or swap before the locks.
// A guess: it lowers confidence, it proves nothing.
#pragma once

#include "analyzer/rules/lock_graph_input.h"

namespace lockweave::analyzer::rules {

bool ordered_by_comparison(const Program& program, const LockPair& pair);

}  // namespace lockweave::analyzer::rules
