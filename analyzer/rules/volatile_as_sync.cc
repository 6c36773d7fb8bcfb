// analyzer/rules/volatile_as_sync.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/races.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_volatile_as_sync(const Program& program, Findings& findings) {
  tell_races(program, "volatile-as-sync", findings);
}

}  // namespace lockweave::analyzer::rules
