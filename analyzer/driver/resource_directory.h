// analyzer/driver/resource_directory.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's own headers (stddef.h...), without which hardly any source parses: where the clang that
// this was built with has them, beside this program, or where an installed clang of that version says.
#pragma once

#include <string>
#include <vector>

namespace lockweave::analyzer::driver {

// `option`: the only place, if it is not empty. Empty if they are nowhere; `tried` then says where
// they were looked for.
std::string find_resource_directory(const std::string& option, std::vector<std::string>& tried);

}  // namespace lockweave::analyzer::driver
