// runtime/core/base/copied_memory.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A fork that passes every function of libc is not told to us. Its child then believes to be its parent,
// whose files it would write. The kernel tells: it wipes one word of ours in each memory that a fork copies;
// not where the child shares the memory, as that of vfork does.
// Source: madvise(2), MADV_WIPEONFORK (Linux 4.14). Older: no copy is noticed.
//
// Thread-safety: any thread; `own_memory` where no other one is. Cost: a load.
#pragma once

namespace lockweave::core {

void own_memory();  // at the start, and in a child of a fork that we were told of
bool is_copied_memory();
// True for the first who asks in a copy.
bool first_in_copy();

}  // namespace lockweave::core
