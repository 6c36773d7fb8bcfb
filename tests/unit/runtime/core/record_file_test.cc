// tests/unit/runtime/core/record_file_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
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
    forget_lost_after_fork();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  long open(RecordFile& file) const { return file.open(folder_.c_str(), "r.jsonl"); }
  std::string content() const {
    std::ifstream in(path_, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static bool write_line(RecordFile& file, const std::string& line) {
    file.append(line);
    file.end_line();
    return file.commit();
  }
  // The descriptors of this process that lead to the record.
  std::vector<int> descriptors() const {
    std::vector<int> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code error;
      if (std::filesystem::read_symlink(entry, error) == path_) {
        found.push_back(std::stoi(entry.path().filename().string()));
      }
    }
    return found;
  }
  // In a child, whose limits and signals are its own.
  static int exit_code_of(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) _exit(body());
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(RecordFileTest, WhatWasCommittedIsThereWithoutFinishing) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  write_line(file, "one");
  write_line(file, "two");
  EXPECT_EQ(content(), "one\ntwo\n");
}

TEST_F(RecordFileTest, IsForItsOwnerOnly) {
  const mode_t before = ::umask(0);
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(RecordFileTest, FinishGivesSpaceBackAndMoreLinesMayFollow) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  write_line(file, "one");
  file.finish();
  EXPECT_EQ(content(), "one\n");
  write_line(file, std::string(10000, 'x'));
  file.finish();
  EXPECT_EQ(content(), "one\n" + std::string(10000, 'x') + "\n");
}

TEST_F(RecordFileTest, LinesLongerThanTheBuffer) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const std::string line(100'000 + static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    EXPECT_TRUE(write_line(file, line));
    expected += line + "\n";
  }
  EXPECT_EQ(content(), expected);
}

TEST_F(RecordFileTest, RefusesAFolderThatIsNotThere) {
  RecordFile file;
  EXPECT_EQ(file.open("/nonexistent/folder", "r.jsonl"), -ENOENT);
  EXPECT_FALSE(file.is_open());
  write_line(file, "goes nowhere");
}

TEST_F(RecordFileTest, FollowsNoLinkAndReplacesNothing) {
  const std::filesystem::path victim = folder_ / "victim";
  std::ofstream(victim) << "precious";
  std::filesystem::create_symlink(victim, path_);
  RecordFile file;
  EXPECT_EQ(open(file), -EEXIST);
  EXPECT_EQ(std::filesystem::file_size(victim), 8u);
}

TEST_F(RecordFileTest, AnotherFolderInTheFirstOnesPlaceIsRefused) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  file.abandon();
  const std::filesystem::path moved = folder_.string() + "-moved";
  std::filesystem::rename(folder_, moved);
  std::filesystem::create_directory(folder_);
  EXPECT_EQ(file.open(folder_.c_str(), "second.jsonl"), -EXDEV);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  std::filesystem::remove_all(moved);
}

// As daemons do: all descriptors are closed, and the numbers used again.
TEST_F(RecordFileTest, ADescriptorThatTheProgramUsesAgainIsLeftAlone) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  write_line(file, "before");
  const std::vector<int> ours = descriptors();
  ASSERT_EQ(ours.size(), 1u);
  EXPECT_GE(ours[0], 100);
  const std::filesystem::path other = folder_ / "other";
  const int others = ::open(other.c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_EQ(::dup2(others, ours[0]), ours[0]);
  write_line(file, "after");
  file.finish();
  EXPECT_EQ(content(), "before\nafter\n");
  EXPECT_EQ(std::filesystem::file_size(other), 0u);
  ::close(others);
  ::close(ours[0]);
}

TEST_F(RecordFileTest, AFileThatTookTheRecordsPlaceIsLeftAlone) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  write_line(file, "before");
  ::close(descriptors().at(0));
  const std::filesystem::path kept = folder_ / "kept";
  std::filesystem::rename(path_, kept);
  std::ofstream(path_) << "another";
  const std::uint64_t lost_before = lost(Loss::record_lines);
  EXPECT_FALSE(write_line(file, "after"));
  EXPECT_EQ(lost(Loss::record_lines), lost_before + 1);
  EXPECT_EQ(content(), "another");
}

// `ulimit -f`: the kernel's answer to a write beyond the limit is a signal that kills.
TEST_F(RecordFileTest, ALimitOnFileSizesIsAnErrorAndNoSignal) {
  EXPECT_EQ(exit_code_of([this] {
              RecordFile file;
              if (open(file) != 0) return 10;
              const rlimit limit{40 << 10, RLIM_INFINITY};
              setrlimit(RLIMIT_FSIZE, &limit);
              int written = 0;
              for (int i = 0; i < 20; ++i) written += write_line(file, std::string(5'000, 'z'));
              if (lost(Loss::record_lines) != static_cast<std::uint64_t>(20 - written)) return 11;
              file.begin_closing();
              return write_line(file, "end") ? written : 12;
            }),
            7);
  EXPECT_EQ(content().size(), 7u * 5'001 + 4);
}

TEST_F(RecordFileTest, AbandonedRecordIsNotWrittenAnyMore) {
  RecordFile file;
  ASSERT_EQ(open(file), 0);
  write_line(file, "parent");
  file.abandon();
  write_line(file, "child");
  EXPECT_EQ(content(), "parent\n");
  EXPECT_TRUE(descriptors().empty());
}

}  // namespace
}  // namespace lockweave::core
