// runtime/core/record/record_header.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a record begins: the name of its file, and its first line.
//
// Arguments may be passwords. Only the program's own name is recorded, and of CPython what script it
// was told to run, which names its findings; all of them with `record_arguments=1`.
// Thread-safety: none, the record writer serialises.
#pragma once

#include <cstddef>

namespace lockweave::core {

// "<program>.<pid>.<time>.jsonl"; the time keeps a reused pid apart.
void name_record(char* out, std::size_t size);
void write_header(bool root);

}  // namespace lockweave::core
