// model/rule_catalog.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every rule id Lockweave can report: who finds it, how bad it is, and what `lockweave explain`
// says. Ids are never reused and never renamed. Static data; safe from any thread, any time.
#pragma once

#include <span>
#include <string_view>

#include "model/finding.h"

namespace lockweave::model {

struct Rule {
  std::string_view id;         // "lock-order-cycle"
  std::string_view title;      // "Locks are taken in orders that can deadlock"
  Level level = Level::error;  // the level of a certain finding
  bool by_runtime = false;
  bool by_analyzer = false;
  bool needs_accesses = false;  // needs compiler instrumentation or lockweave::shared<T>
  std::string_view meaning;     // what it says, a paragraph
  std::string_view place;       // which line is reported
  std::string_view example;     // a small program fragment that has the bug
  std::string_view fix;         // how to mend it
  std::string_view misses;      // what it cannot see, where it may be wrong
};

std::span<const Rule> all_rules();           // in the contract's order
const Rule* find_rule(std::string_view id);  // nullptr if there is none
// The known id nearest to `id` by edit distance, for "did you mean".
std::string_view nearest_rule(std::string_view id);

}  // namespace lockweave::model
