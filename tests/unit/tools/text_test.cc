// tests/unit/tools/text_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/text.h"

#include <gtest/gtest.h>

namespace lockweave::cli {
namespace {

TEST(GlobMatch, MatchesTheWholeText) {
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("Bank::*", "Bank::transfer(int)"));
  EXPECT_TRUE(glob_match("*a*b*c", "xxaxxbxxbxc"));
  EXPECT_TRUE(glob_match("m?tex", "mutex"));
  EXPECT_FALSE(glob_match("m?tex", "mtex"));
  EXPECT_FALSE(glob_match("Bank", "Banks"));
  EXPECT_FALSE(glob_match("", "x"));
  EXPECT_FALSE(glob_match("*a*b", "xxbxxa"));
}

TEST(GlobMatch, ManyStarsAreNotExponential) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
}

TEST(PercentEscape, KeepsOnlyPlainCharacters) {
  EXPECT_EQ(percent_escape("/a b;c=d%e\n", ";="), "/a%20b%3Bc%3Dd%25e%0A");
}

TEST(Below, OnlyWholeFolderNames) {
  EXPECT_EQ(below("/src/a/b.cc", "/src/a"), "b.cc");
  EXPECT_EQ(below("/src/ab/b.cc", "/src/a"), "/src/ab/b.cc");
  EXPECT_EQ(below("/src/b.cc", "/"), "/src/b.cc");
}

TEST(Words, CountAndList) {
  EXPECT_EQ(counted(1, "process"), "1 process");
  EXPECT_EQ(counted(2, "process"), "2 processes");
  EXPECT_EQ(counted(0, "error"), "0 errors");
  EXPECT_EQ(listed(std::vector<std::string>{"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(wrapped("aa bb cc", 5), (std::vector<std::string>{"aa bb", "cc"}));
}

TEST(WriteFile, SaysWhatWentWrong) {
  EXPECT_NE(write_file("/nowhere/x.json", "x").find("cannot write /nowhere/x.json"),
            std::string::npos);
}

}  // namespace
}  // namespace lockweave::cli
