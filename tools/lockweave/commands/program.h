// tools/lockweave/commands/program.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks at a program before it is started: which file the kernel will run (scripts lead to their
// interpreter), and whether the runtime can be loaded into it. Better said before than a silent
// run that saw nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/lockweave/symbols/elf_file.h"

namespace lockweave::cli {

struct Obstacle {
  std::string message;  // "`./t` is statically linked"
  std::string remedy;
};

struct Program {
  std::string path;                     // of the file to execute
  std::string binary;                   // the ELF file that will run: itself or the interpreter
  bool shell_script = false;            // no #! line: /bin/sh has to run it, as execvp does
  std::vector<std::string> load_first;  // libraries that must precede the runtime (libasan)
  std::optional<Obstacle> obstacle;     // why it cannot be observed, or not be started
};

Program inspect_program(const std::string& name);

// What stands in the way in an ELF file; for `doctor` too.
std::optional<Obstacle> obstacle_in(const std::string& path, const ElfFile& file);
std::optional<Obstacle> privilege_obstacle(const std::string& path);
bool is_musl(const ElfFacts& facts);
// The thread sanitizer's runtime, shared or linked in.
bool has_thread_sanitizer(const ElfFile& file);
// "libasan.so.8"; empty if it needs none.
std::string address_sanitizer_library(const ElfFacts& facts);

}  // namespace lockweave::cli
