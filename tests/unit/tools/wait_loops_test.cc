// tests/unit/tools/wait_loops_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/wait_loops.h"

#include <gtest/gtest.h>

#include <string>

namespace lockweave::cli {
namespace {

constexpr std::uint64_t kAfterTheWait = 0x1008;

// What leads to a wait, the wait, and what follows it.
std::string around_the_wait(const std::string& what_follows) {
  return "    1000: xorl %eax, %eax\n"
         "    1003: callq 0x500 <pthread_cond_wait@plt>\n" +
         what_follows;
}

std::string call_then_jump_back(const std::string& name) {
  return around_the_wait("    1008: callq 0x700 <" + name + ">\n    100d: jmp 0x1000\n");
}

TEST(WaitLoops, AJumpBackIsALoop) {
  EXPECT_EQ(call_in_loop(around_the_wait("    1008: testb %al, %al\n"
                                         "    100a: je 0x1000\n"
                                         "    100c: retq\n"),
                         kAfterTheWait),
            InLoop::yes);
}

TEST(WaitLoops, StraightOnIsNone) {
  EXPECT_EQ(call_in_loop(around_the_wait("    1008: testb %al, %al\n"
                                         "    100a: je 0x100f\n"
                                         "    100c: nop\n"
                                         "    100f: retq\n"),
                         kAfterTheWait),
            InLoop::no);
}

// Compilers put what belongs to something else behind calls that never return.
TEST(WaitLoops, WhatStandsBehindACallThatNeverReturnsIsNotReached) {
  for (const std::string name :
       {"_Unwind_Resume@plt", "_ZSt9terminatev@plt", "_ZSt20__throw_system_errori@plt",
        "__stack_chk_fail@plt", "_ZN9lockweave6detail18raise_system_errorEi"}) {
    EXPECT_EQ(call_in_loop(call_then_jump_back(name), kAfterTheWait), InLoop::no) << name;
  }
}

TEST(WaitLoops, NamesThatOnlyLookAsIfTheyEndedTheProgram) {
  for (const std::string name :
       {"_ZN3job5abortEv", "exit_row", "_ZN6Worker9terminateEv", "abort_all@plt", "f+0x10"}) {
    EXPECT_EQ(call_in_loop(call_then_jump_back(name), kAfterTheWait), InLoop::yes) << name;
  }
}

TEST(WaitLoops, AJumpToAComputedPlaceIsUnknown) {
  EXPECT_EQ(call_in_loop(around_the_wait("    1008: jmpq *%rax\n"), kAfterTheWait),
            InLoop::unknown);
  EXPECT_EQ(call_in_loop(around_the_wait(""), kAfterTheWait), InLoop::unknown);
}

}  // namespace
}  // namespace lockweave::cli
