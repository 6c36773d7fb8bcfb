// analyzer/link/phases.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Modes: global variables, and members of them, that are only written before the first thread
// begins. What a program tests of one is true or false as long as it has threads, so
//
//   if (mode == kThreaded) start_thread(); ... if (mode != kThreaded) work();
//
// the thread and what stands under the second question do not meet. By program (main) and thread:
// what is known of modes in each function that the thread comes to; functions that only
// contradictions lead to are not there.
// Limits: kPhasesMax; beyond, and for a main that begins no thread, nothing is known. A write to a
// member counts whatever its object (writes.h); one through a pointer to the variable is not seen,
// nor one by code that main is not seen to reach.
// Cost: calls of the functions of each thread, a few rounds; nothing where no mode is tested.
// Thread-safety: none for find_phases; the questions only read.
#pragma once

#include "analyzer/link/effects.h"

namespace lockweave::analyzer::link {

// Needs roots, overlaps and moments.
void find_phases(Context& context);

// Does some program have the two threads at the two places under the same modes? `at` null: anywhere.
bool in_one_phase(const Program& program, std::uint32_t root_a, FunctionId a,
                  const summary::Op* at_a, std::uint32_t root_b, FunctionId b,
                  const summary::Op* at_b);

}  // namespace lockweave::analyzer::link
