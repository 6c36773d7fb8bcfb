// tests/unit/tools/run_folder_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/run_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;

class RunFolder : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / (std::string("run_folder_") + info->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& name) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << "x";
  }
  std::vector<std::string> names(bool all_runs = false) {
    model::ReadError error;
    const auto files = record_files(root_.string(), all_runs, error);
    std::vector<std::string> result;
    if (!files) return {"error: " + error.message};
    for (const std::string& file : *files) result.push_back(fs::relative(file, root_).string());
    return result;
  }
  fs::path root_;
};

using Names = std::vector<std::string>;

TEST_F(RunFolder, EachRunHasItsOwn) {
  model::ReadError error;
  const auto first = make_run_folder((root_ / "out").string(), error);
  const auto second = make_run_folder((root_ / "out").string(), error);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_TRUE(fs::is_directory(*first));
}

TEST_F(RunFolder, AFileInTheWayIsNamed) {
  put("out");
  model::ReadError error;
  EXPECT_FALSE(make_run_folder((root_ / "out").string(), error));
  EXPECT_EQ(error.path, (root_ / "out").string());
  EXPECT_NE(error.remedy.find("--output"), std::string::npos);
  EXPECT_FALSE(make_run_folder("/proc/nowhere", error));
}

TEST_F(RunFolder, TheNewestRunUnlessAll) {
  put("run-20260101-000000-9/a.jsonl");
  put("run-20260102-000000-1/b.jsonl");
  put("run-20260102-000000-1/notes.txt");
  EXPECT_EQ(names(), (Names{"run-20260102-000000-1/b.jsonl"}));
  EXPECT_EQ(names(true), (Names{"run-20260101-000000-9/a.jsonl", "run-20260102-000000-1/b.jsonl"}));
}

TEST_F(RunFolder, ARunsFolderItself) {
  put("p.1.jsonl");
  put("q.2.jsonl");
  EXPECT_EQ(names(), (Names{"p.1.jsonl", "q.2.jsonl"}));
}

// Killed before its first line: nothing is lost with it.
TEST_F(RunFolder, ARecordThatNeverBeganIsLeftOut) {
  put("p.1.jsonl");
  std::ofstream(root_ / "empty.2.jsonl");
  std::ofstream(root_ / "reserved.3.jsonl") << std::string(64, '\0');
  EXPECT_EQ(names(), (Names{"p.1.jsonl"}));
}

// They are read like records, and then it is said what is wrong with them.
TEST_F(RunFolder, WhatIsNoFileIsNotPassedOver) {
  put("run-20260101-000000-9/a.jsonl");
  fs::create_symlink("nowhere", root_ / "run-20260101-000000-9/b.jsonl");
  fs::create_directories(root_ / "run-20260101-000000-9/c.jsonl");
  EXPECT_EQ(names(), (Names{"run-20260101-000000-9/a.jsonl", "run-20260101-000000-9/b.jsonl"}));
}

TEST_F(RunFolder, NoRecordIsAnError) {
  EXPECT_EQ(names(), (Names{"error: holds no record"}));
  model::ReadError error;
  EXPECT_FALSE(record_files((root_ / "nowhere").string(), false, error));
  EXPECT_EQ(error.message, "does not exist");
}

}  // namespace
}  // namespace lockweave::cli
