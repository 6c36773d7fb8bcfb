// tools/lockweave/main.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/arguments.h"

int main(int argc, char** argv) { return lockweave::cli::run_command_line(argc, argv); }
