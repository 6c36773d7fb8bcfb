// report/access_rules.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules by which one unordered access may be reported; luck decides by which.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lockweave::cli {

// Rules that are accounts of one bug, an access that nothing orders; 0 is the best account, nothing:
// not such a rule. A race that luck hid in one run is a data race in another, so of one variable only
// one of them is told.
std::optional<std::size_t> rank_of_accesses(std::string_view rule);
// Do both tell of accesses that one function makes to one variable? By access keys (fingerprint.h), so
// it holds across records and SARIF files.
bool of_one_variable(std::span<const std::string> keys, std::span<const std::string> other_keys);

}  // namespace lockweave::cli
