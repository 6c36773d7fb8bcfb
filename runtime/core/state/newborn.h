// runtime/core/state/newborn.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Objects that nobody but the calling thread can know yet: their memory came from `operator new`, or
// they were initialised, and since then the thread has done nothing but begin objects and take locks
// that it still holds. A lock in such memory is free, and who holds it is waited for by nobody.
//
// How it is known without a step in any unlock: each visible operation is counted (`operations`). If as
// many came since the birth as the thread holds more locks now, and as objects began, then all of them
// were that; whatever else it did, a release above all, makes them more.
//
// Limits: of a thread's births the last kRemembered count. What is handed on by a plain store that is
// meant as an atomic one, with no operation we see, counts as unknown to others.
// Thread-safety: a thread's own; safe in handlers, where it may only forget. Cost: a store of a few words.
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

// In an open operation or outside of any.
void note_birth(const ThreadState& thread, std::uintptr_t begin, std::size_t size);
// An object begins in the operation that is open: it is not counted as one.
void note_object_birth(const ThreadState& thread, std::uintptr_t begin);
// The thread does what may publish something, and no operation counts it.
void forget_births();
// Asked in the operation that wants another lock, which is not held yet.
bool is_newborn(const ThreadState& thread, std::uintptr_t address);

// While two of a thread's are equal, what was newborn between still is, and nothing else of what it held
// then.
struct BirthSignature {
  std::uint32_t count = 0;  // of births so far
  std::uint32_t valid = 0;  // of those remembered, one bit each
  bool none() const { return valid == 0; }
  bool operator==(const BirthSignature&) const = default;
};
BirthSignature signature_of_births(const ThreadState& thread);

}  // namespace lockweave::core
