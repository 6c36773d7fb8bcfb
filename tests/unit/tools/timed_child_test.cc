// tests/unit/tools/timed_child_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/timed_child.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace lockweave::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TimedChild : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    output_ = testing::TempDir() + "timed_child_" + info->name();
  }
  void TearDown() override { std::filesystem::remove(output_); }

  TimedEnd shell(const std::string& script, milliseconds limit = seconds(60)) {
    return run_timed({"/bin/sh", "-c", script}, {"FRUIT=pear"}, output_, limit);
  }
  std::string printed() const {
    std::ifstream file(output_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string output_;
};

TEST_F(TimedChild, GivesStatusAndOutput) {
  const TimedEnd end = shell("echo $FRUIT; echo oops >&2; exit 3");
  EXPECT_EQ(end.error, 0);
  EXPECT_FALSE(end.timed_out);
  EXPECT_EQ(WEXITSTATUS(end.status), 3);
  EXPECT_EQ(printed(), "pear\noops\n");
}

TEST_F(TimedChild, HasAnEmptyStandardInput) {
  EXPECT_EQ(WEXITSTATUS(shell("if read line; then exit 1; else exit 5; fi").status), 5);
}

TEST_F(TimedChild, ThatHangsIsEnded) {
  const TimedEnd end = shell("kill -STOP $$", milliseconds(50));
  EXPECT_TRUE(end.timed_out);
  EXPECT_EQ(WTERMSIG(end.status), SIGKILL);
}

// The grandchild would go on for ever; it is gone, or a zombie that waits for init.
TEST_F(TimedChild, TakesItsChildrenWithIt) {
  shell("sh -c 'kill -STOP $$' & echo $!");
  const std::string pid = printed().substr(0, printed().find('\n'));
  for (;;) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string number, name, state;
    if (!(file >> number >> name >> state) || state == "Z" || state == "X") break;
  }
}

TEST_F(TimedChild, ThatCannotStartIsAnError) {
  const TimedEnd end = run_timed({"/no/such/program"}, {}, output_, seconds(1));
  EXPECT_EQ(end.error, ENOENT);
}

}  // namespace
}  // namespace lockweave::cli
