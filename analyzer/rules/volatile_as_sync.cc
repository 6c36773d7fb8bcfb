// analyzer/rules/volatile_as_sync.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/facts.h"
#include "analyzer/rules/races.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_volatile_as_sync(Facts& facts, Findings& findings) {
  tell_races(facts, "volatile-as-sync", findings);
}

}  // namespace lockweave::analyzer::rules
