// analyzer/rules/write_under_shared_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/facts.h"
#include "analyzer/rules/races.h"
#include "analyzer/rules/rule_functions.h"

namespace lockweave::analyzer::rules {

void find_write_under_shared_lock(Facts& facts, Findings& findings) {
  tell_races(facts, "write-under-shared-lock", findings);
}

}  // namespace lockweave::analyzer::rules
