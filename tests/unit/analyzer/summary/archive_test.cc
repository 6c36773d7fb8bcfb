// tests/unit/analyzer/summary/archive_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/summary/archive.h"

#include <gtest/gtest.h>

#include <limits>

#include "random_unit.h"

namespace lockweave::analyzer::summary {
namespace {

using testing::random_unit;

std::string refusal(std::string_view bytes) {
  std::string error;
  EXPECT_FALSE(read_unit(bytes, error));
  return error;
}

// Without strings of its own: the bytes after magic and version can be written by hand.
std::string small_unit() {
  Unit unit;
  unit.source = "/src/a.cc";
  return write_unit(unit);
}

TEST(Archive, GivesBackWhatWasWritten) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Unit unit = random_unit(seed);
    std::string error;
    const std::optional<Unit> again = read_unit(write_unit(unit), error);
    ASSERT_TRUE(again) << "seed " << seed << ": " << error;
    EXPECT_EQ(unit, *again) << "seed " << seed;
  }
}

TEST(Archive, EqualUnitsGiveEqualBytes) {
  EXPECT_EQ(write_unit(random_unit(3)), write_unit(random_unit(3)));
  EXPECT_NE(write_unit(random_unit(3)), write_unit(random_unit(4)));
  std::string error;
  const std::string bytes = write_unit(random_unit(5));
  EXPECT_EQ(bytes, write_unit(read_unit(bytes, error).value()));
}

TEST(Archive, AnEmptyUnitIsOne) {
  std::string error;
  EXPECT_EQ(read_unit(write_unit(Unit()), error), Unit());
  EXPECT_EQ(error, "");
}

TEST(Archive, ANegativeNumberIsKept) {
  Unit unit;
  unit.variables.resize(3);
  unit.variables[0].count = -1;
  unit.variables[1].count = std::numeric_limits<std::int64_t>::min();
  unit.variables[2].count = std::numeric_limits<std::int64_t>::max();
  std::string error;
  EXPECT_EQ(read_unit(write_unit(unit), error), unit);
}

TEST(Archive, AStringIsWrittenOnce) {
  Unit one;
  one.files = {std::string(1000, 'x')};
  Unit many;
  many.files.assign(50, std::string(1000, 'x'));
  EXPECT_LE(write_unit(many).size(), write_unit(one).size() + 60);
}

TEST(Archive, ForeignFilesAreRefused) {
  EXPECT_EQ(refusal(""), "this is no summary of a unit");
  EXPECT_EQ(refusal("\x7F"
                    "ELF\2\1\1"),
            "this is no summary of a unit");
}

TEST(Archive, AnotherVersionIsNamed) {
  std::string bytes = small_unit();
  bytes[8] = static_cast<char>(kVersion + 1);
  EXPECT_EQ(refusal(bytes), "its format is version " + std::to_string(kVersion + 1) +
                                ", this tool reads version " + std::to_string(kVersion));
}

TEST(Archive, WhatIsCutIsRefusedWhereverItIs) {
  const std::string bytes = write_unit(random_unit(11));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_NE(refusal(bytes.substr(0, size)), "") << size;
  }
}

TEST(Archive, WhatFollowsIsRefused) {
  EXPECT_EQ(refusal(small_unit() + '\0'), "something follows its end");
}

TEST(Archive, AnAnnouncedCountIsNotBelieved) {
  std::string bytes = small_unit().substr(0, 9);
  for (int i = 0; i < 9; ++i) bytes += '\xFF';
  EXPECT_NE(refusal(bytes + '\1'), "");
  EXPECT_NE(refusal(bytes + '\x7F'), "");
}

TEST(Archive, RepeatedLongTextsAreLimited) {
  Unit unit;
  unit.files.assign(1000, std::string(10'000, 'x'));
  std::string error;
  EXPECT_TRUE(read_unit(write_unit(unit), error)) << error;
  unit.files.assign(3000, std::string(10'000, 'x'));
  EXPECT_EQ(refusal(write_unit(unit)), "its texts are too large");
}

Unit one_function() {
  Unit unit;
  unit.files = {"/a.cc"};
  Function function;
  function.key = "f";
  function.conditions.emplace_back().words = "b";
  function.blocks.resize(2);
  function.blocks[0].next.push_back({.to = 1, .condition = 1});
  Op& op = function.blocks[0].ops.emplace_back();
  op.id = 1;
  op.place = {.file = 1, .line = 2, .column = 3};
  op.outcome = 1;
  unit.functions = {function};
  return unit;
}

TEST(Archive, WhatRefersToNothingIsRefused) {
  std::string error;
  EXPECT_TRUE(read_unit(write_unit(one_function()), error)) << error;
  const auto spoilt = [](auto&& change) {
    Unit unit = one_function();
    change(unit.functions[0]);
    return refusal(write_unit(unit));
  };
  const std::string expected = "it refers to something that is not there";
  EXPECT_EQ(spoilt([](Function& f) { f.blocks[0].next[0].to = 2; }), expected);
  EXPECT_EQ(spoilt([](Function& f) { f.blocks[0].next[0].condition = 2; }), expected);
  EXPECT_EQ(spoilt([](Function& f) { f.blocks[0].ops[0].outcome = 2; }), expected);
  EXPECT_EQ(spoilt([](Function& f) { f.blocks[0].ops[0].from = 2; }), expected);
  EXPECT_EQ(spoilt([](Function& f) { f.place.file = 2; }), expected);
}

}  // namespace
}  // namespace lockweave::analyzer::summary
