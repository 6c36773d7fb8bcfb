// tests/unit/runtime/core/code/frame_walk_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The walk sees what libgcc's unwinder sees wherever that is safe, and ends where it is not.
#include <alloca.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unwind.h>

#include <functional>
#include <thread>
#include <vector>

#include "tests/unit/runtime/core/code/code_under_test.h"

namespace {

using lockweave::core::Trace;

using Pcs = std::vector<std::uintptr_t>;

Pcs pcs_of(const Trace& trace) { return {trace.pcs, trace.pcs + trace.count}; }

// What libgcc sees from the frame that goes on at `from` outwards.
struct Oracle {
  std::uintptr_t from;
  Pcs pcs;
};

_Unwind_Reason_Code on_frame(_Unwind_Context* context, void* argument) {
  auto& oracle = *static_cast<Oracle*>(argument);
  const std::uintptr_t pc = _Unwind_GetIP(context);
  if (pc == 0) return _URC_END_OF_STACK;
  if (!oracle.pcs.empty() || pc == oracle.from) oracle.pcs.push_back(pc);
  return oracle.pcs.size() < Trace::kFramesMax ? _URC_NO_REASON : _URC_END_OF_STACK;
}

// Both views from one and the same frame; the innermost place differs, they are two calls.
__attribute__((noinline)) void compare() {
  Trace trace;
  capture_here(&trace);
  Oracle oracle{reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)), {}};
  _Unwind_Backtrace(on_frame, &oracle);
  Pcs seen = pcs_of(trace);
  ASSERT_GT(seen.size(), 1U);
  seen.erase(seen.begin());
  if (oracle.pcs.size() == Trace::kFramesMax) oracle.pcs.pop_back();
  EXPECT_EQ(seen, oracle.pcs);
  asm volatile("");
}

__attribute__((noinline)) void recurse(int depth) {
  if (depth == 0) {
    compare();
  } else {
    recurse(depth - 1);
  }
  asm volatile("");
}

__attribute__((noinline)) void with_variable_frame(std::size_t size) {
  auto* memory = static_cast<char*>(alloca(size));
  memset(memory, 1, size);
  compare();
  asm volatile("" : : "r"(memory) : "memory");
}

__attribute__((noinline)) void with_aligned_frame(int depth) {
  alignas(64) char memory[128];
  memset(memory, depth, sizeof memory);
  asm volatile("" : : "r"(memory) : "memory");
  if (depth > 0) {
    with_aligned_frame(depth - 1);
  } else {
    compare();
  }
  asm volatile("" : : "r"(memory) : "memory");
}

int compare_in_callback(const void*, const void*) {
  compare();
  return 0;
}

TEST(FrameWalk, SeesWhatTheUnwinderSees) {
  compare();
  recurse(3);
  recurse(100);
  with_variable_frame(24);
  with_variable_frame(50000);
  with_aligned_frame(0);
  with_aligned_frame(3);
}

TEST(FrameWalk, PassesThroughOtherLibraries) {
  int two[2] = {1, 2};
  qsort(two, 2, sizeof two[0], compare_in_callback);
  const std::function<void()> function = [] { recurse(2); };
  function();
  std::thread thread([] { recurse(2); });
  thread.join();
}

TEST(FrameWalk, RecognisesAStackOnlyWhileItStands) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  know_stack(here - (std::size_t{1} << 20), here + 256);
  for (int round = 0; round < 3; ++round) {
    recurse(2);
    recurse(3);
    with_variable_frame(64);
    with_variable_frame(640);
  }
  know_stack(0, 0);
}

void compare_in_handler(int) { recurse(1); }

TEST(FrameWalk, PassesThroughSignalFrames) {
  struct sigaction action {};
  action.sa_handler = compare_in_handler;
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  std::vector<char> memory(1 << 16);
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  stack_t before{};
  sigaltstack(&stack, &before);
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);
  raise(SIGUSR1);
  sigaltstack(&before, nullptr);
  signal(SIGUSR1, SIG_DFL);
}

ucontext_t outside;
ucontext_t inside;

TEST(FrameWalk, WalksTheStackOfAFiberToItsEnd) {
  std::vector<char> memory(1 << 17);
  getcontext(&inside);
  inside.uc_stack.ss_sp = memory.data();
  inside.uc_stack.ss_size = memory.size();
  inside.uc_link = &outside;
  makecontext(
      &inside, [] { recurse(4); }, 0);
  swapcontext(&outside, &inside);
}

TEST(FrameWalk, HasARuleForAllCodeThatIsLoaded) {
  std::size_t failed = 0;
  EXPECT_GT(look_at_all_rules(&failed), 1000U);
  EXPECT_EQ(failed, 0U);
}

// Calls `function(argument)` with the stack pointer moved behind the back of the unwind tables, over
// `size` bytes that all hold `word`. So `word` is what seems to be the return address.
__attribute__((noinline)) void call_on_made_up_stack(void (*function)(Trace*), Trace* argument,
                                                     std::uintptr_t word) {
#if defined(__x86_64__)
  asm volatile(
      "mov %%rsp, %%r12\n\t"
      "mov $64, %%ecx\n"
      "1: push %2\n\t"
      "dec %%ecx\n\t"
      "jnz 1b\n\t"
      "and $-16, %%rsp\n\t"
      "mov %1, %%rdi\n\t"
      "call *%0\n\t"
      "mov %%r12, %%rsp"
      :
      : "r"(function), "r"(argument), "r"(word)
      : "r12", "rax", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
#else
  (void)word;
  function(argument);
#endif
}

TEST(FrameWalk, EndsWhereAReturnAddressIsMadeUp) {
  void* hole = mmap(nullptr, 1 << 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const auto unreadable = reinterpret_cast<std::uintptr_t>(hole);
  for (const std::uintptr_t word :
       {std::uintptr_t{0}, std::uintptr_t{1}, ~std::uintptr_t{15}, ~std::uintptr_t{0}, unreadable,
        unreadable + 4096, std::uintptr_t{1} << 47, std::uintptr_t{0x123456789ABC}}) {
    Trace trace;
    call_on_made_up_stack(capture_here, &trace, word);
    EXPECT_GE(trace.count, 1U);
    EXPECT_LE(trace.count, 3U);
  }
  munmap(hole, 1 << 16);
}

std::uintptr_t signal_return;  // what a handler returns to

void find_signal_return(int) {
  signal_return = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
}

// Calls `function(argument)` on a made-up stack that says: a handler was called here, and what it
// interrupted stood at this very place, about to return from it.
__attribute__((noinline)) void call_on_stack_that_leads_to_itself(void (*function)(Trace*),
                                                                  Trace* argument) {
#if defined(__x86_64__)
  asm volatile(
      "mov %%rsp, %%r12\n\t"
      "sub $256, %%rsp\n\t"
      "and $-16, %%rsp\n\t"
      "lea -512(%%rsp), %%rdx\n\t"  // an interrupted stack pointer lies at a multiple of 16,
      "mov $64, %%ecx\n"
      "1: push %2\n\t"  // where to go on above it
      "push %%rdx\n\t"
      "dec %%ecx\n\t"
      "jnz 1b\n\t"
      "mov %1, %%rdi\n\t"
      "call *%0\n\t"
      "mov %%r12, %%rsp"
      :
      : "r"(function), "r"(argument), "r"(signal_return)
      : "r12", "rax", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
#else
  function(argument);
#endif
}

TEST(FrameWalk, EndsOnAStackThatLeadsBackToItself) {
  signal(SIGUSR1, find_signal_return);
  raise(SIGUSR1);
  signal(SIGUSR1, SIG_DFL);
  Trace trace;
  call_on_stack_that_leads_to_itself(capture_here, &trace);
  EXPECT_GE(trace.count, 2U) << "the made-up stack is not as the kernel makes it";
  EXPECT_LT(trace.count, Trace::kFramesMax);
  call_on_stack_that_leads_to_itself(capture_nowhere, &trace);
  EXPECT_EQ(trace.count, 1U);
}

}  // namespace
