// runtime/core/code/unwind_table.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a module's unwind table (.eh_frame, through the sorted index in PT_GNU_EH_FRAME) says of the
// function that an address lies in.
// Sources: Linux Standard Base, "Exception Frames"; DWARF 5, 6.4.
// Takes no lock and allocates nothing: may run in signal handlers. Cost: about 0.1 µs.
// Limits: code in no module, and modules without the sorted index, have no entry. A module must stay
// loaded meanwhile: it does while one of its functions is on the stack.
#pragma once

#include <cstdint>

#include "runtime/core/code/byte_reader.h"

namespace lockweave::core {

struct UnwindEntry {
  std::uintptr_t begin = 0;  // the function's code
  std::uintptr_t end = 0;
  std::uint64_t code_unit = 1;
  std::int64_t data_unit = 1;
  bool signal_frame = false;  // its caller was interrupted, it called nobody
  ByteReader common{0, 0};    // instructions for every function that shares them, then its own
  ByteReader own{0, 0};
};

bool find_unwind_entry(std::uintptr_t pc, UnwindEntry& entry);

}  // namespace lockweave::core
