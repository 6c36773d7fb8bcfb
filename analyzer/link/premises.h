// analyzer/link/premises.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was true of values for a way through a function to be taken. `if (conn) lock(&conn->mutex)`
// ends with the lock held where `conn` is not null, and without it where it is. A caller that knows
// the value, or asked for it before (`lock_connection(conn); ... unlock_connection(conn);`), has
// one way only.
//
// `if (a && a->on) lock();` without the lock means that not both were true: a denial.
//
// Premises tell no states apart: of two states that are else alike only what both suppose remains.
// Limits: at most kPremisesMax. A value counts as unchanged until this function writes it or one
// that it calls (writes.h), or a loop goes round.
// Thread-safety: plain data. Cost: linear in their number.
#pragma once

#include <vector>

#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {

inline constexpr std::size_t kPremisesMax = 16;
inline constexpr std::size_t kDenialsMax = 4;

// Two premises of one subject that cannot both be true.
bool contradict(const Premise& a, const Premise& b);
bool contradicts_any(const std::vector<Premise>& known, const Premise& premise);
void suppose(std::vector<Premise>& known, Premise premise);
// Keeps what both suppose. Has `known` changed?
bool keep_common(std::vector<Premise>& known, const std::vector<Premise>& other);
bool supposes(const std::vector<Premise>& known, const Premise& premise);
void deny(std::vector<Denial>& known, Denial denial);
bool keep_common(std::vector<Denial>& known, const std::vector<Denial>& other);
// Are all premises of the denial known to be true?
bool all_supposed(const std::vector<Premise>& known, const Denial& denial);
// What cannot be true beside the premise is old.
void forget_contradicted(std::vector<Premise>& known, const Premise& premise);
// Does the premise hold for what is passed? unknown: it says nothing of its value.
summary::Answer holds_for(const Premise& premise, const summary::Argument& argument);

}  // namespace lockweave::analyzer::link
