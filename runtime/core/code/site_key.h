// runtime/core/code/site_key.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What tells two acquisition sites apart on the hot path. In optimised code the return address does:
// the lock call is inlined into the user's function. In unoptimised code it always lies inside
// std::mutex::lock, and the user's line is three frames further out; there the frame-pointer chain is
// intact, so a few return addresses are digested instead (about 1 ns each).
//
// Which of the two holds is learnt per return address, when a new acquisition has been unwound
// anyway: if the frame-pointer chain agrees with the unwinder, the address joins a small
// direct-mapped set. A collision evicts: then sites are told apart less finely, never wrongly.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/core/code/stack.h"

namespace lockweave::core {

inline constexpr std::uint32_t kFramedEntries = 1024;
extern constinit std::atomic<const void*> framed_pcs[kFramedEntries];

inline std::atomic<const void*>& framed_slot(const void* pc) {
  const auto bits = reinterpret_cast<std::uintptr_t>(pc);
  return framed_pcs[(bits ^ (bits >> 10)) % kFramedEntries];
}

// Digest of the return addresses above the frame that returns to `pc`. `stack_high` bounds the walk.
std::uint64_t framed_site(const void* pc, std::uintptr_t stack_high);

inline std::uint64_t site_key(const void* pc, std::uintptr_t stack_high) {
  if (framed_slot(pc).load(std::memory_order_relaxed) != pc) [[likely]] {
    return reinterpret_cast<std::uint64_t>(pc);
  }
  return framed_site(pc, stack_high);
}

// Compares the chain with what the unwinder saw; remembers `pc` when they agree. Returns whether
// `pc` was newly remembered (then the key of this very acquisition has changed).
bool learn_framing(const void* pc, const Trace& unwound, std::uintptr_t stack_high);

}  // namespace lockweave::core
