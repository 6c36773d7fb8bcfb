// analyzer/rules/races.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verdict on each variable: at most one of data-race, inconsistent-locking,
// write-under-shared-lock and volatile-as-sync.
//
// A race: two accesses, one a write, in two threads that nothing orders, no lock common to both. At
// least one of the threads must be one that the program starts; that two unknown users may call two
// functions at a time is not enough. Told at the access without the lock; if both have none: the
// later of two writes, else the read, but a read that only polls is right where the store is wrong.
//
// Inconsistent: of at least three accesses, one of them a write, three quarters hold one lock, or the
// declaration names it; this one does not, and it can happen beside another.
//
// Thread-safety: pure functions.
// Cost: quadratic in the accesses of one variable (at most 64), linear in variables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/rules/accesses.h"
#include "model/finding.h"

namespace lockweave::analyzer::rules {

struct RaceVerdict {
  std::string_view rule;
  model::Confidence confidence = model::Confidence::medium;
  Access place;
  Access other;
  std::vector<Held> lock;  // of inconsistent-locking and write-under-shared-lock: one
  Path variable;
  std::size_t alike = 0;  // data races of one cause that this one stands for (fold_races.h)
  std::optional<std::pair<std::uint32_t, std::uint32_t>> threads =
      std::nullopt;  // roots, of `place` and `other`
};

std::vector<RaceVerdict> race_verdicts(const CallSites& sites);

class Facts;
// The findings of one rule.
void tell_races(Facts& facts, std::string_view rule, std::vector<model::Finding>& findings);

}  // namespace lockweave::analyzer::rules
