// tools/lockweave/commands/find_analyzer.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where lockweave-analyze lies: LOCKWEAVE_ANALYZE, beside this command, or in the same build tree.
#pragma once

#include <string>
#include <vector>

namespace lockweave::cli {

// Empty if it is nowhere; `tried` then says where it was looked for.
std::string find_analyzer(std::vector<std::string>& tried);

}  // namespace lockweave::cli
