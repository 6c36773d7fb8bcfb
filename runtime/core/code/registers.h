// runtime/core/code/registers.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The registers of one frame, by their numbers in DWARF (System V ABI for x86-64, figure 3.36), as far
// as they are known: a call keeps only some of them.
#pragma once

#include <cstdint>

namespace lockweave::core {

struct Registers {
  static constexpr std::uint32_t kCount = 17;
  static constexpr std::uint32_t kFramePointer = 6;    // rbp
  static constexpr std::uint32_t kStackPointer = 7;    // rsp
  static constexpr std::uint32_t kReturnAddress = 16;  // where the function goes on
  // rbx, rbp, rsp, r12 to r15 and the return address
  static constexpr std::uint32_t kKeptByCalls = 1U << 3 | 1U << 6 | 1U << 7 | 0xFU << 12 | 1U << 16;

  std::uintptr_t value[kCount] = {};
  std::uint32_t known = 0;  // a bit for each

  bool knows(std::uint64_t number) const { return number < kCount && (known >> number & 1U) != 0; }
  void set(std::uint32_t number, std::uintptr_t to) {
    value[number] = to;
    known |= 1U << number;
  }
};

// The registers of the function that this is inlined into, at this place of it.
__attribute__((always_inline)) inline Registers registers_here() {
  Registers here;
#if defined(__x86_64__)
  asm volatile(
      "lea 0f(%%rip), %%rax\n\t"
      "mov %%rax, 128(%0)\n\t"
      "mov %%rbx, 24(%0)\n\t"
      "mov %%rbp, 48(%0)\n\t"
      "mov %%rsp, 56(%0)\n\t"
      "mov %%r12, 96(%0)\n\t"
      "mov %%r13, 104(%0)\n\t"
      "mov %%r14, 112(%0)\n\t"
      "mov %%r15, 120(%0)\n"
      "0:"
      :
      : "r"(here.value)
      : "rax", "memory");
  here.known = Registers::kKeptByCalls;
#endif
  return here;
}

}  // namespace lockweave::core
