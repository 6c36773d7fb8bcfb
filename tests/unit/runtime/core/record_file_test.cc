// tests/unit/runtime/core/record_file_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "runtime/core/base/lost.h"

namespace lockweave::core {
namespace {

class RecordFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("lockweave-record-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directory(folder_);
    path_ = (folder_ / "r.jsonl").string();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string content() const {
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static void write_line(RecordFile& file, const std::string& line) {
    file.append(line);
    file.end_line();
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(RecordFileTest, WhatWasWrittenIsThereWithoutFinishing) {
  RecordFile file;
  ASSERT_EQ(file.open(path_.c_str()), 0);
  write_line(file, "one");
  write_line(file, "two");
  const std::string text = content();
  EXPECT_EQ(text.substr(0, 8), "one\ntwo\n");
  EXPECT_EQ(text.find_first_not_of('\0', 8), std::string::npos);
}

TEST_F(RecordFileTest, FinishCutsTheFileAndMoreLinesMayFollow) {
  RecordFile file;
  ASSERT_EQ(file.open(path_.c_str()), 0);
  write_line(file, "one");
  file.finish();
  EXPECT_EQ(content(), "one\n");
  write_line(file, std::string(10000, 'x'));
  file.finish();
  EXPECT_EQ(content(), "one\n" + std::string(10000, 'x') + "\n");
}

TEST_F(RecordFileTest, LinesGoAcrossWindows) {
  RecordFile file;
  ASSERT_EQ(file.open(path_.c_str()), 0);
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const std::string line(100'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    write_line(file, line);
    expected += line + "\n";
  }
  file.finish();
  EXPECT_EQ(content(), expected);
  EXPECT_EQ(lost(Loss::record_lines), 0u);
}

TEST_F(RecordFileTest, LineLongerThanTwoWindows) {
  RecordFile file;
  ASSERT_EQ(file.open(path_.c_str()), 0);
  const std::string line(900'000, 'y');
  write_line(file, line);
  write_line(file, "after");
  file.finish();
  EXPECT_EQ(content(), line + "\nafter\n");
}

TEST_F(RecordFileTest, RefusesAFolderThatIsNotThere) {
  RecordFile file;
  EXPECT_EQ(file.open("/nonexistent/folder/r.jsonl"), -ENOENT);
  EXPECT_FALSE(file.is_open());
  write_line(file, "goes nowhere");
}

// A full disk, as far as a process can have one for itself: the file may not grow beyond a limit.
TEST_F(RecordFileTest, FullDiskDropsLinesKeepsWhatIsThereAndCounts) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300 << 10, 300 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    RecordFile file;
    if (file.open(path_.c_str()) != 0) _exit(10);
    for (int i = 0; i < 20; ++i) write_line(file, std::string(50'000, 'z'));
    _exit(lost(Loss::record_lines) > 0 ? 0 : 11);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const std::string text = content();
  EXPECT_EQ(text.substr(0, 50'001), std::string(50'000, 'z') + "\n");
}

TEST_F(RecordFileTest, AbandonedRecordIsNotWrittenAnyMore) {
  RecordFile file;
  ASSERT_EQ(file.open(path_.c_str()), 0);
  write_line(file, "parent");
  file.abandon();
  write_line(file, "child");
  EXPECT_EQ(content().find("child"), std::string::npos);
}

}  // namespace
}  // namespace lockweave::core
