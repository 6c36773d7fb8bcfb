// analyzer/rules/data_race.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/races.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_data_race(const Program& program, Findings& findings) {
  tell_races(program, "data-race", findings);
}

}  // namespace lockweave::analyzer::rules
