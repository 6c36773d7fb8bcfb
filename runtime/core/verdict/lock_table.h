// runtime/core/verdict/lock_table.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The live state for people: who holds what since where, and who waits for whom where. Takes no lock and allocates
// nothing, so it may run in a signal handler; a thread that moves meanwhile is shown as it was.
#pragma once

#include <cstdint>

namespace lockweave::core {

void print_lock_table(int fd, const char* title);

// Threads that are in a published wait now.
std::uint32_t waiting_threads();

}  // namespace lockweave::core
