// analyzer/extract/compile_database.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// compile_commands.json, as clang's tools read it: both forms of a command, response files expanded.
// What an entry's arguments mean is not looked at here. Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lockweave::analyzer::extract {

struct CompileCommand {
  std::string file;                    // absolute
  std::string directory;               // absolute
  std::vector<std::string> arguments;  // compiler (argv[0]) and all that follows
  std::vector<std::string> objects;    // what it writes, absolute; empty: not said
  friend bool operator==(const CompileCommand&, const CompileCommand&) = default;
};

// In the order of the file; a source may have several. Errors: nothing, and `error` in words.
std::optional<std::vector<CompileCommand>> read_compile_database(const std::string& path,
                                                                 std::string& error);

}  // namespace lockweave::analyzer::extract
