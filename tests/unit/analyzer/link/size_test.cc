// tests/unit/analyzer/link/size_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linking is close to linear: counted, not timed.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

// Chains of ten functions: each takes a lock and calls the next, two of them while they hold it; the
// last of each chain calls into the chain ten before it. Ten of them begin threads.
Program program_of(std::uint32_t functions) {
  UnitBuilder unit;
  const auto name = [](std::uint32_t i) { return "f" + std::to_string(i); };
  for (std::uint32_t i = 0; i < functions; ++i) {
    FunctionBuilder& f = unit.function(name(i));
    const Path guard = local("g" + std::to_string(i));
    const bool holds = i % 10 == 3 || i % 10 == 6;
    f.guard(guard, {object("C") / ("C::mu" + std::to_string(i % 8))}).read(object() / "C::value");
    if (!holds) f.guard_end(guard);
    if (i % 10 != 9 && i + 1 < functions) f.call(name(i + 1), {}, object());
    if (i % 10 == 9 && i >= 100) f.call(name(i - 100));
    if (holds) f.guard_end(guard);
  }
  FunctionBuilder& main = unit.function("main");
  for (std::uint32_t i = 0; i < functions; i += functions / 10) {
    main.spawn(local("t" + std::to_string(i)), name(i));
  }
  return link_one(unit);
}

TEST(Size, WorkGrowsWithTheProgram) {
  const std::uint64_t small = program_of(2'000).work;
  const std::uint64_t large = program_of(20'000).work;
  EXPECT_LT(large, small * 12) << small << " " << large;
  EXPECT_LT(large / 20'000, 200U);
}

}  // namespace
}  // namespace lockweave::analyzer::link
