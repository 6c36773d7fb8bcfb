// runtime/frontends/threads.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the pthread and the C11 front-end share about threads.
#pragma once

#include <cstddef>

namespace lockweave::frontends {

void prepare_threads();  // once, before main

std::size_t default_stack_size();

// Creator: a token with the start routine and its argument; nullptr: do not follow this thread.
void* announce_thread(std::size_t stack_size, void* routine, void* argument, const void* pc);
// New thread, first of all.
void begin_thread(void* token);

}  // namespace lockweave::frontends
