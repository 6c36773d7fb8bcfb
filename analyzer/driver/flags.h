// analyzer/driver/flags.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command that compiled a source, as far as clang's parser needs it. Only what is known to decide
// what the source means is kept: preprocessor, language, target, and the few -f and -m options that
// add or remove syntax, types or macros. So what only GCC knows, outputs, dependency files, warnings,
// precompiled headers, modules and optimisations are gone, of whatever version of the compiler.
// Pure functions.
#pragma once

#include <string>
#include <vector>

namespace lockweave::analyzer::driver {

// `arguments`: launcher (ccache, distcc...), compiler, then flags and source in any order.
// The result: compiler, flags, -w, `file`.
std::vector<std::string> parser_arguments(const std::vector<std::string>& arguments,
                                          const std::string& file);

}  // namespace lockweave::analyzer::driver
