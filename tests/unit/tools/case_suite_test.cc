// tests/unit/tools/case_suite_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_suite.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;

class CaseSuite : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_ / "01_topic");
    std::ofstream(root_ / "01_topic/one.cc") << "// expect-none\nint main() {}\n";
  }
  void TearDown() override { fs::remove_all(root_); }

  std::optional<std::vector<Case>> load(const std::string& manifest) {
    std::ofstream(root_ / "manifest.txt") << manifest;
    return load_suite((root_ / "manifest.txt").string(), error_);
  }

  const fs::path root_ =
      fs::path(testing::TempDir()) / ("case_suite." + std::to_string(::getpid()));
  model::ReadError error_;
};

TEST_F(CaseSuite, TheFourthPartAreTheFlags) {
  const auto cases =
      load("std-gcc\t01_topic/one.cc\t/bin/true\t-std=c++20 -Isources -I../up -I/absolute -DA\n");
  ASSERT_TRUE(cases) << error_.message;
  const std::string root = root_.string();
  EXPECT_EQ(cases->front().flags,
            (std::vector<std::string>{"-std=c++20", "-I" + root + "/sources",
                                      "-I" + root_.parent_path().string() + "/up", "-I/absolute",
                                      "-DA"}));
  EXPECT_EQ(cases->front().source, root + "/01_topic/one.cc");
}

TEST_F(CaseSuite, WithoutItACaseIsNotForTheAnalyzer) {
  const auto cases = load("std-gcc\t01_topic/one.cc\t/bin/true\n");
  ASSERT_TRUE(cases) << error_.message;
  EXPECT_FALSE(cases->front().flags);
  EXPECT_TRUE(load("std-gcc\t01_topic/one.cc\t/bin/true\t\n")->front().flags);
}

TEST_F(CaseSuite, MoreOrFewerPartsAreAnError) {
  for (const char* line : {"std-gcc\t01_topic/one.cc\n", "a\tb\tc\td\te\n"}) {
    EXPECT_FALSE(load(line));
    EXPECT_EQ(error_.line, 1u);
  }
}

}  // namespace
}  // namespace lockweave::cli
