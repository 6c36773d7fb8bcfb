// runtime/core/record/record_entries.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entries of the record that others refer to: each is written after what it refers to itself, and
// once. All return the entry's id, 0 for nullptr.
//
// What was written is marked through the file, which takes the mark back if the line did not reach
// the disk: the next one that refers to the entry writes it again.
// Thread-safety: none, the record writer serialises.
#pragma once

#include "runtime/core/record/record_file.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

extern constinit RecordFile record_file;

Id write_stack(InternedStack* stack);
Id write_thread(ThreadState* thread);
Id write_object(Object* object);
Id write_acquisition(Acquisition* node);
void rewrite_object(Object& object);  // though it is there: its description changed

// Absolute, as the kernel knows it; without /proc as the program was called; "" before learn_exe_path.
const char* exe_path();
void learn_exe_path();

}  // namespace lockweave::core
