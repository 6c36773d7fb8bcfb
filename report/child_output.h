// report/child_output.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a helper program and returns what it printed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lockweave::cli {

// `arguments[0]` is looked up in PATH. Standard error is thrown away.
// Nothing if it could not be started or did not exit with 0.
std::optional<std::string> output_of(const std::vector<std::string>& arguments);

// The children that work for this process now; at most kHelpersMax are known. `kill_helpers` may be
// called in a signal handler.
inline constexpr std::size_t kHelpersMax = 8;
void add_helper(int child);
void remove_helper(int child);
void kill_helpers();

}  // namespace lockweave::cli
