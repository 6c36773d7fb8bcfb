// runtime/core/code/own_code.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which code is this library's: no stack shows it, and all of it keeps frame pointers.
#pragma once

#include <cstdint>

extern "C" {
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));
}

namespace lockweave::core {

inline bool is_ours(std::uintptr_t pc) {
  const auto begin = reinterpret_cast<std::uintptr_t>(__ehdr_start);
  return pc - begin < reinterpret_cast<std::uintptr_t>(etext) - begin;
}

}  // namespace lockweave::core
