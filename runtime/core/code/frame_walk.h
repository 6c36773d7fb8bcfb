// runtime/core/code/frame_walk.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the calling thread's stack outwards by the modules' unwind tables.
//
// Why not libgcc's unwinder: it believes what it finds. Where a library has been unloaded under a frame,
// or assembly moved the stack pointer or used the frame pointer as it liked without saying so in the
// tables, it reads the code at a made-up address, or a made-up stack, and the program dies. It also
// takes a mutex and may call malloc where frames were registered at run time. This walk ends instead.
//
// Invariants: each frame lies above the one before (a signal's may lie on another stack, a few times in a
// walk: so it ends even if a stack leads back to itself); nothing of a
// stack is read but through CheckedMemory; a return address that lies in no module ends the walk.
// Takes no lock and allocates nothing: may run in signal handlers, on any stack.
// Cost: 0.1 to 0.2 µs a frame, on other stacks than the thread's own a system call a page.
// Limits: code made at run time (just-in-time compilers) and assembly without tables: the frames outside
// them are not seen. Other processors than x86-64: nothing is seen.
#pragma once

#include "runtime/core/code/checked_memory.h"
#include "runtime/core/code/frame_rule.h"

namespace lockweave::core {

class FrameWalk {
 public:
  // Begins in the function that `here` was taken in.
  explicit FrameWalk(const Registers& here)
      : registers_(here), memory_(here.value[Registers::kStackPointer]) {}

  // Where the frame's function goes on.
  std::uintptr_t pc() const { return registers_.value[Registers::kReturnAddress]; }
  // Its stack pointer. Where it called somebody, its return address lies just below.
  std::uintptr_t stack_pointer() const { return registers_.value[Registers::kStackPointer]; }
  std::uintptr_t frame_pointer() const { return registers_.value[Registers::kFramePointer]; }
  // A signal stopped it: it has called nobody.
  bool interrupted() const { return interrupted_; }
  // Further out; false: the outermost, or nothing certain is known of what is there.
  bool step();

 private:
  bool frame_end(const FrameRule& rule, std::uintptr_t& end);
  bool restore(const FrameRule& rule, std::uint32_t number, std::uintptr_t end, Registers& caller);

  Registers registers_;
  CheckedMemory memory_;
  static constexpr std::uint32_t kStepsDownMax =
      8;  // handlers on a stack above what they interrupted

  std::uint32_t steps_down_ = 0;
  bool interrupted_ = false;
  bool first_ = true;
};

}  // namespace lockweave::core
