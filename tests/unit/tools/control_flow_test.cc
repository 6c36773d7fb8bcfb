// tests/unit/tools/control_flow_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/control_flow.h"

#include <gtest/gtest.h>

#include <vector>

namespace lockweave::cli {
namespace {

constexpr std::uint64_t kAfterTheWait = 0x1008;

// What leads to a wait, the wait, and what follows it.
InLoop wait_before(const std::vector<Instruction>& what_follows) {
  std::vector<Instruction> all{{0x1000, Flow::next}, {0x1003, Flow::next}};
  all.insert(all.end(), what_follows.begin(), what_follows.end());
  return call_in_loop(all, kAfterTheWait);
}

TEST(ControlFlow, AJumpBackIsALoop) {
  EXPECT_EQ(
      wait_before({{0x1008, Flow::next}, {0x100a, Flow::branch, 0x1000}, {0x100c, Flow::end}}),
      InLoop::yes);
}

TEST(ControlFlow, StraightOnIsNone) {
  EXPECT_EQ(wait_before({{0x1008, Flow::next},
                         {0x100a, Flow::branch, 0x100f},
                         {0x100c, Flow::next},
                         {0x100f, Flow::end}}),
            InLoop::no);
}

TEST(ControlFlow, WhatStandsBehindTheEndIsNotReached) {
  EXPECT_EQ(wait_before({{0x1008, Flow::end}, {0x100d, Flow::jump, 0x1000}}), InLoop::no);
}

TEST(ControlFlow, AJumpOutOfTheFunctionLeaves) {
  EXPECT_EQ(wait_before({{0x1008, Flow::jump, 0x9000}, {0x100d, Flow::jump, 0x1000}}), InLoop::no);
}

TEST(ControlFlow, WhatNobodyCanSayIsUnknown) {
  EXPECT_EQ(wait_before({{0x1008, Flow::computed}}), InLoop::unknown);
  EXPECT_EQ(wait_before({{0x1008, Flow::unknown}}), InLoop::unknown);
  EXPECT_EQ(wait_before({}), InLoop::unknown);
}

TEST(ControlFlow, NamesThatEndTheProgramAndOthers) {
  for (const char* name : {"_Unwind_Resume", "_ZSt9terminatev", "_ZSt20__throw_system_errori",
                           "__stack_chk_fail", "_ZN9lockweave6detail18raise_system_errorEi"}) {
    EXPECT_TRUE(never_returns(name)) << name;
  }
  for (const char* name :
       {"_ZN3job5abortEv", "exit_row", "_ZN6Worker9terminateEv", "abort_all", "f", ""}) {
    EXPECT_FALSE(never_returns(name)) << name;
  }
}

}  // namespace
}  // namespace lockweave::cli
