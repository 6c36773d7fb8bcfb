// report/executables.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where programs are: this one, and those that PATH names.
#pragma once

#include <string>
#include <string_view>

namespace lockweave::cli {

// Absolute path of this program's own file.
std::string own_executable();

bool is_executable_file(const std::string& path);

// The executable file that `name` means, as a shell would look it up; empty if there is none.
std::string find_in_path(std::string_view name);

}  // namespace lockweave::cli
