// tools/lockweave/symbols/disassembly.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Machine code as control flow, decoded by Capstone. What a call leads to is looked up in the file: a
// function of its own, or through the procedure linkage table or a slot of the global offset table one
// of another library.
// Limits: x86-64; instructions that Capstone does not know are Flow::unknown.
#pragma once

#include <vector>

#include "tools/lockweave/symbols/control_flow.h"
#include "tools/lockweave/symbols/elf_file.h"

namespace lockweave::cli {

// The function's instructions in order; empty if the code cannot be read.
std::vector<Instruction> decode(const ElfFile& file, const CodeRange& function);

}  // namespace lockweave::cli
