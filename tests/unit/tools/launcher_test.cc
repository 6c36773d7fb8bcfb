// tests/unit/tools/launcher_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/launcher.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

namespace lockweave::cli {
namespace {

Launched shell(const std::string& script) {
  return launch("/bin/sh", {"sh", "-c", script}, {"PATH=/usr/bin:/bin"});
}

TEST(Launch, KeepsTheExitCode) {
  EXPECT_EQ(shell_code(shell("exit 0").status), 0);
  EXPECT_EQ(shell_code(shell("exit 7").status), 7);
  EXPECT_EQ(shell_code(shell("kill -9 $$").status), 128 + 9);
}

TEST(Launch, SaysWhyItCouldNotStart) { EXPECT_EQ(launch("/nowhere/x", {"x"}, {}).error, ENOENT); }

TEST(Launch, PassesOnWhatWasSentToIt) {
  const Launched ended =
      shell("trap 'exit 5' TERM; kill -TERM $PPID & wait; while :; do wait; done");
  EXPECT_EQ(shell_code(ended.status), 5);
}

TEST(Launch, TheChildStartsWithOurMaskAndIgnoredSignals) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignore, &before);
  const Launched ended =
      launch("/bin/grep", {"grep", "-q", "SigBlk:.0000000000000000", "/proc/self/status"}, {});
  struct sigaction after {};
  ::sigaction(SIGCHLD, &before, &after);
  EXPECT_EQ(shell_code(ended.status), 0);
  EXPECT_EQ(after.sa_handler, SIG_IGN);
}

// The child is stopped, and only then continued: by a process that waits until it is.
TEST(Launch, GoesOnWithAChildThatWasStopped) {
  const Launched ended = shell(
      "(until grep -q 'State:.T' /proc/$$/status; do :; done; kill -CONT $$) & "
      "kill -STOP $$; exit 4");
  EXPECT_EQ(shell_code(ended.status), 4);
}

}  // namespace
}  // namespace lockweave::cli
