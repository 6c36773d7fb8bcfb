// tests/unit/runtime/core/record_faults_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The record's file where any of its system calls fails: the whole file is compiled against a kernel
// of this test. Whatever fails, the file holds whole lines, exactly those whose marks are set, and
// what is not in it is counted.
#include <errno.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/core/base/lost.h"
#include "runtime/core/base/os.h"
#include "runtime/core/record/record_file.h"

namespace lockweave {
namespace {

// Answers a system call, or leaves it to the real kernel.
std::function<std::optional<long>(long number, long size)> fault;
std::size_t calls = 0;
std::size_t full_at = SIZE_MAX;  // bytes that the disk takes

long real_call(long number, long a, long b, long c, long d, long e, long f) {
  const long result = ::syscall(number, a, b, c, d, e, f);
  return result < 0 ? -errno : result;
}

}  // namespace

long os::call(long number, long a, long b, long c, long d, long e, long f) {
  ++calls;
  if (fault) {
    if (const std::optional<long> answer = fault(number, c)) return *answer;
  }
  if (number == SYS_pwrite64) {
    const auto offset = static_cast<std::size_t>(d);
    if (offset >= full_at) return -ENOSPC;
    c = static_cast<long>(std::min(static_cast<std::size_t>(c), full_at - offset));
  }
  return real_call(number, a, b, c, d, e, f);
}

namespace core {
namespace {

struct Line {
  std::string text;
  ProcessMark written;
};

class RecordFaults : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::temp_directory_path() / ("lockweave-faults-" + std::to_string(::getpid()));
    reset();
  }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    fault = nullptr;
    full_at = SIZE_MAX;
  }
  void reset() {
    fault = nullptr;
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    forget_lost_after_fork();
    lines_.clear();
    for (int i = 0; i < 12; ++i) {
      const std::size_t length = i % 5 == 4 ? 70'000 : 20 + static_cast<std::size_t>(i);
      lines_.push_back({std::string(length, static_cast<char>('a' + i)), {}});
    }
  }
  // Commits of one, two and three lines.
  void write_all() {
    auto file = std::make_unique<RecordFile>();
    if (file->open(folder_.c_str(), "r") == 0) {
      for (std::size_t i = 0; i < lines_.size(); ++i) {
        file->append(lines_[i].text);
        file->end_line();
        file->mark(lines_[i].written);
        if (i % 6 == 0 || i % 6 == 2 || i % 6 == 5) file->commit();
      }
      file->finish();
      check();
    }
    fault = nullptr;
    file->abandon();
  }
  void check() {
    std::string expected;
    std::uint64_t missing = 0;
    for (const Line& line : lines_) {
      if (line.written) expected += line.text + "\n";
      missing += !line.written;
    }
    std::ostringstream content;
    content << std::ifstream(folder_ / "r", std::ios::binary).rdbuf();
    EXPECT_TRUE(content.str() == expected);
    EXPECT_EQ(lost(Loss::record_lines), missing);
  }
  std::size_t calls_of_a_whole_run() {
    calls = 0;
    write_all();
    const std::size_t all = calls;
    reset();
    return all;
  }

  std::filesystem::path folder_;
  std::vector<Line> lines_;
};

TEST_F(RecordFaults, EachCallFailsOnce) {
  const std::size_t all = calls_of_a_whole_run();
  ASSERT_GT(all, 30u);
  for (const long error : {EIO, ENOSPC, EACCES, EBADF}) {
    for (std::size_t at = 1; at <= all; ++at) {
      SCOPED_TRACE(std::to_string(error) + " of call " + std::to_string(at));
      std::size_t seen = 0;
      fault = [&](long, long) -> std::optional<long> {
        if (++seen != at) return std::nullopt;
        return -error;
      };
      write_all();
      reset();
    }
  }
}

TEST_F(RecordFaults, AnInterruptedCallIsMadeAgain) {
  bool last_was_interrupted = false;
  fault = [&](long number, long) -> std::optional<long> {
    const bool may_be = number == SYS_openat || number == SYS_fallocate || number == SYS_pwrite64 ||
                        number == SYS_ftruncate;
    last_was_interrupted = may_be && !last_was_interrupted;
    return last_was_interrupted ? std::optional<long>(-EINTR) : std::nullopt;
  };
  write_all();
  EXPECT_EQ(lost(Loss::record_lines), 0u);
  for (const Line& line : lines_) EXPECT_TRUE(line.written);
}

TEST_F(RecordFaults, ADiskThatReservesNothing) {
  for (const long error : {EOPNOTSUPP, ENOSYS}) {
    fault = [error](long number, long) -> std::optional<long> {
      return number == SYS_fallocate ? std::optional<long>(-error) : std::nullopt;
    };
    write_all();
    EXPECT_EQ(lost(Loss::record_lines), 0u);
    reset();
  }
}

TEST_F(RecordFaults, ADiskThatIsFullAtAnyByte) {
  for (std::size_t at = 0; at < 300'000; at += at < 300 ? 1 : 7001) {
    SCOPED_TRACE(at);
    full_at = at;
    write_all();
    reset();
  }
}

TEST_F(RecordFaults, WithoutADescriptorOfItsOwnEachCommitOpensTheFile) {
  fault = [](long number, long) -> std::optional<long> {
    return number == SYS_fcntl ? std::optional<long>(-EMFILE) : std::nullopt;
  };
  write_all();
  EXPECT_EQ(lost(Loss::record_lines), 0u);
}

}  // namespace
}  // namespace core
}  // namespace lockweave
