// tests/unit/tools/wait_loops_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/wait_loops.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace lockweave::cli {
namespace {

// "name address" of each call in a sample.
std::map<std::string, std::uint64_t> calls_in(const std::string& program) {
  const std::unique_ptr<FILE, int (*)(FILE*)> output(::popen(program.c_str(), "r"), &::pclose);
  std::map<std::string, std::uint64_t> calls;
  char name[64];
  std::size_t address = 0;
  while (std::fscanf(output.get(), "%63s %zu", name, &address) == 2) calls[name] = address;
  return calls;
}

class WaitLoopsIn : public testing::TestWithParam<const char*> {
 protected:
  InLoop judge(const std::string& name) {
    const CodePosition at{GetParam(), calls_.at(name)};
    return loops_.judge(std::span(&at, 1));
  }

 private:
  std::map<std::string, std::uint64_t> calls_ = calls_in(GetParam());
  WaitLoops loops_;
};

TEST_P(WaitLoopsIn, AreFoundInMachineCode) {
  EXPECT_EQ(judge("in_a_loop"), InLoop::yes);
  EXPECT_EQ(judge("straight_on"), InLoop::no);
  EXPECT_EQ(judge("before_the_end"), InLoop::no);
  EXPECT_EQ(judge("through_a_table"), InLoop::unknown);
}

// Imported functions are called through the linkage table, or through a slot of their own.
INSTANTIATE_TEST_SUITE_P(Samples, WaitLoopsIn, testing::Values(LOOP_SAMPLE, LOOP_SAMPLE_NO_PLT));

TEST(WaitLoops, OneFrameInALoopIsEnough) {
  const auto calls = calls_in(LOOP_SAMPLE);
  const CodePosition frames[] = {{LOOP_SAMPLE, calls.at("straight_on")},
                                 {LOOP_SAMPLE, calls.at("in_a_loop")}};
  EXPECT_EQ(WaitLoops().judge(frames), InLoop::yes);
}

TEST(WaitLoops, WhatCannotBeReadIsUnknown) {
  const CodePosition frames[] = {{"/nowhere/at_all", 16}};
  EXPECT_EQ(WaitLoops().judge(frames), InLoop::unknown);
  EXPECT_EQ(WaitLoops().judge({}), InLoop::unknown);
}

}  // namespace
}  // namespace lockweave::cli
