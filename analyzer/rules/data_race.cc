// analyzer/rules/data_race.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/facts.h"
#include "analyzer/rules/races.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_data_race(Facts& facts, Findings& findings) { tell_races(facts, "data-race", findings); }

}  // namespace lockweave::analyzer::rules
