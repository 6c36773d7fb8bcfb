// tools/lockweave/commands/arguments.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line: options, help, version; then the subcommand that was asked for.
#pragma once

namespace lockweave::cli {

// Returns the exit code. Wrong usage: a message, then 2. Throws nothing: a failure of the tool
// itself is a message, then 4.
int run_command_line(int argc, const char* const* argv);

}  // namespace lockweave::cli
