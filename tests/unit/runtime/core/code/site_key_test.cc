// tests/unit/runtime/core/code/site_key_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <random>
#include <vector>

#include "tests/unit/runtime/core/code/code_under_test.h"
#include "tests/unit/runtime/core/code/framed_code.h"

namespace {

TEST(SiteKey, TellsCallersOfUnoptimisedWrappersApart) {
  forget_sites();
  EXPECT_EQ(framed_first(site_here), framed_second(site_here)) << "nothing is known yet";
  EXPECT_EQ(framed_first(learn_here), 1);
  EXPECT_EQ(framed_first(learn_here), 0) << "it is known by now";
  const std::uint64_t first = framed_first(site_here);
  const std::uint64_t second = framed_second(site_here);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, framed_first(site_here));
  EXPECT_EQ(second, framed_second(site_here));
}

TEST(SiteKey, ForgetsWhatWasUnloaded) {
  forget_sites();
  EXPECT_EQ(framed_first(learn_here), 1);
  EXPECT_NE(framed_first(site_here), framed_second(site_here));
  forget_sites();
  EXPECT_EQ(framed_first(site_here), framed_second(site_here));
}

TEST(SiteKey, IsTheReturnAddressWhereFramesVary) {
  forget_sites();
  EXPECT_EQ(framed_varying(64, learn_here), 1U);
  const std::uint64_t other = framed_varying(4096, site_here);
  EXPECT_EQ(other, framed_varying(8192, site_here));
}

// Calls `function` with the frame pointer's register set to `value`.
__attribute__((noinline)) std::uint64_t call_with_frame_pointer(std::uint64_t (*function)(),
                                                                std::uintptr_t value) {
  std::uint64_t result = 0;
#if defined(__x86_64__)
  asm volatile(
      "mov %%rbp, %%r12\n\t"
      "mov %%rsp, %%r13\n\t"
      "sub $256, %%rsp\n\t"
      "and $-16, %%rsp\n\t"
      "mov %2, %%rbp\n\t"
      "call *%1\n\t"
      "mov %%r13, %%rsp\n\t"
      "mov %%r12, %%rbp"
      : "=a"(result)
      : "r"(function), "r"(value)
      : "r12", "r13", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
#else
  (void)value;
  result = function();
#endif
  return result;
}

// Values that a register may hold in code without frame pointers, the nasty ones first.
std::vector<std::uintptr_t> values(std::uintptr_t hole) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  std::vector<std::uintptr_t> all = {0,        1,        8,           15,        16,
                                     hole,     hole + 8, hole - 8,    hole - 16, hole + 4096,
                                     here,     here + 8, here - 4096, here + 1,  here + (1U << 23),
                                     here + 3, here - 16};
  for (std::uintptr_t n = 1; n <= 64; ++n) all.push_back(std::uintptr_t{0} - n);
  for (std::uintptr_t n = 0; n <= 1024; n += 8) all.push_back(here + n - 512);
  std::mt19937_64 random(20240229);
  for (int i = 0; i < 2000; ++i) all.push_back(random());
  for (int i = 0; i < 2000; ++i) all.push_back(here + random() % 65536 - 32768);
  return all;
}

TEST(SiteKey, BelievesNoFramePointerThatIsNotKnown) {
  forget_sites();
  void* hole = mmap(nullptr, 1 << 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const auto all = values(reinterpret_cast<std::uintptr_t>(hole));
  const std::uint64_t plain = call_with_frame_pointer(site_here, 0);
  for (const std::uintptr_t value : all) {
    EXPECT_EQ(call_with_frame_pointer(site_here, value), plain);
    (void)call_with_frame_pointer(learn_here, value);
  }
  munmap(hole, 1 << 16);
}

TEST(SiteKey, DoesNotDependOnTheStack) {
  forget_sites();
  EXPECT_EQ(framed_first(learn_here), 1);
  const std::uint64_t key = framed_first(site_here);
  std::vector<char> memory(1 << 16);
  EXPECT_NE(key, framed_second(site_here));
  EXPECT_EQ(key, framed_on_stack(memory.data(), memory.size(), site_here));
}

}  // namespace
