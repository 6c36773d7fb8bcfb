// tests/unit/tools/lock_wrappers_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/lock_wrappers.h"

#include <gtest/gtest.h>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

struct Frame {
  const char* function;
  std::uint32_t line;
};

std::vector<model::Site> stack(std::initializer_list<Frame> frames) {
  std::vector<model::Site> sites;
  for (const Frame& frame : frames) {
    model::Site& site = sites.emplace_back();
    site.function = frame.function;
    site.file = "/src/a.cc";
    site.line = frame.line;
    site.module = "/src/a";
  }
  return sites;
}

TEST(ReturnedFrames, OfAGuardThatLocksThroughAWrapper) {
  const auto taken =
      stack({{"Mutex::Lock()", 6}, {"Locker::Locker()", 9}, {"f()", 20}, {"main", 40}});
  const auto later =
      stack({{"Mutex::Lock()", 6}, {"Locker::Locker()", 9}, {"f()", 21}, {"main", 40}});
  EXPECT_EQ(returned_frames(taken, later), 2u);
}

TEST(ReturnedFrames, NoneOfAFunctionThatIsStillThere) {
  EXPECT_EQ(returned_frames(stack({{"f()", 20}, {"main", 40}}),
                            stack({{"g()", 10}, {"f()", 21}, {"main", 40}})),
            0u);
  EXPECT_EQ(returned_frames(stack({{"f()", 20}}), stack({{"f()", 20}})), 0u);
}

TEST(ReturnedFrames, OfAFunctionThatLocksForItsCaller) {
  const auto taken = stack({{"lock_table()", 5}, {"main", 40}});
  EXPECT_EQ(returned_frames(taken, stack({{"main", 41}})), 1u);
  EXPECT_EQ(returned_frames(taken, stack({{"g()", 10}, {"main", 41}})), 1u);
}

TEST(ReturnedFrames, ACallerThatIsInlinedIntoItsOwnCallerIsStillThere) {
  auto taken = stack({{"Mutex::Lock()", 6}, {"f()", 20}, {"main", 40}});
  auto later = stack({{"Mutex::Lock()", 6}, {"f()", 21}, {"main", 40}});
  for (std::size_t i = 1; i < 3; ++i) {
    taken[i].offset = 0x100;
    later[i].offset = 0x200;
  }
  EXPECT_EQ(returned_frames(taken, later), 1u);
}

TEST(ReturnedFrames, ACutStackTellsNothing) {
  EXPECT_EQ(returned_frames(stack({{"lock_table()", 5}, {"f()", 7}}), stack({{"g()", 3}})), 0u);
  EXPECT_EQ(returned_frames({}, stack({{"g()", 3}})), 0u);
}

}  // namespace
}  // namespace lockweave::cli::test
