// report/access_rules.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/access_rules.h"

#include <algorithm>
#include <array>

namespace lockweave::cli {
namespace {

constexpr std::array<std::string_view, 4> kRulesOfAccesses = {
    "double-checked-locking", "data-race", "write-under-shared-lock", "inconsistent-locking"};

}  // namespace

std::optional<std::size_t> rank_of_accesses(std::string_view rule) {
  const auto at = std::find(kRulesOfAccesses.begin(), kRulesOfAccesses.end(), rule);
  if (at == kRulesOfAccesses.end()) return std::nullopt;
  return static_cast<std::size_t>(at - kRulesOfAccesses.begin());
}

bool of_one_variable(std::span<const std::string> keys, std::span<const std::string> other_keys) {
  return std::find_first_of(keys.begin(), keys.end(), other_keys.begin(), other_keys.end()) !=
         keys.end();
}

}  // namespace lockweave::cli
