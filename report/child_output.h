// report/child_output.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a helper program and returns what it printed.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lockweave::cli {

// `arguments[0]` is looked up in PATH. Standard error is thrown away.
// Nothing if it could not be started or did not exit with 0.
std::optional<std::string> output_of(const std::vector<std::string>& arguments);

}  // namespace lockweave::cli
