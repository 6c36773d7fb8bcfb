// tests/e2e/loader/called_with_any_frame_pointer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code without frame pointers may keep anything in that register while it loads a library under a lock.
// expect-none
#include <cstdint>
#include <mutex>

#include "loader.h"

extern "C" void when_loaded() {}
extern "C" void when_unloaded() {}

__attribute__((noinline)) static void* load_with([[maybe_unused]] std::uintptr_t frame_pointer) {
#if defined(__x86_64__)
  void* result = nullptr;
  asm volatile(
      "mov %%rbp, %%r12\n\t"
      "mov %%rsp, %%r13\n\t"
      "sub $256, %%rsp\n\t"
      "and $-16, %%rsp\n\t"
      "mov %1, %%rax\n\t"
      "mov %4, %%rbp\n\t"
      "call *%%rax\n\t"
      "mov %%r13, %%rsp\n\t"
      "mov %%r12, %%rbp"
      : "=a"(result)
      : "r"(&dlopen), "D"("libm.so.6"), "S"(RTLD_NOW), "r"(frame_pointer)
      : "r12", "r13", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory", "cc");
  return result;
#else
  return dlopen("libm.so.6", RTLD_NOW);
#endif
}

int main() {
  static std::mutex guard;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  for (std::uintptr_t n = 0; n < 64; ++n) {
    const std::lock_guard hold(guard);
    for (const std::uintptr_t value :
         {n, 0 - n, std::uintptr_t{1} << n, here + n * 8, here - n * 8}) {
      if (load_with(value) == nullptr) return 1;
    }
  }
}
