// analyzer/rules/inconsistent_locking.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/races.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_inconsistent_locking(const Program& program, Findings& findings) {
  tell_races(program, "inconsistent-locking", findings);
}

}  // namespace lockweave::analyzer::rules
