// runtime/core/code/frame_expression.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The expressions of unwind tables: frames that are aligned anew, signal frames, calls through the
// procedure linkage table. Source: DWARF 5, 2.5.
// Limits: a stack of 16 values, 64 operations, and those operations that compilers and C libraries use
// there; for others there is no value.
#pragma once

#include <cstdint>

#include "runtime/core/code/byte_reader.h"
#include "runtime/core/code/checked_memory.h"
#include "runtime/core/code/registers.h"

namespace lockweave::core {

// `first`, if any, is on the stack at the beginning (a register's rule: the frame's end).
bool evaluate(ByteReader expression, const Registers& registers, CheckedMemory& memory,
              const std::uintptr_t* first, std::uintptr_t& value);

}  // namespace lockweave::core
