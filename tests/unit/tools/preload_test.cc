// tests/unit/tools/preload_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/preload.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace lockweave::cli {
namespace {

std::string value_of(const std::vector<std::string>& environment, const std::string& name) {
  for (const std::string& entry : environment) {
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  }
  return "(unset)";
}

const Preload kPlain{"/lib/liblockweave.so", {}, "/out/run-1", {}, ""};

TEST(EnvironmentFor, PutsTheRuntimeBehindWhatIsThere) {
  const std::vector<std::string> before{"LD_PRELOAD=/lib/other.so", "HOME=/h"};
  const auto after = environment_for(kPlain, before);
  EXPECT_EQ(value_of(after, "LD_PRELOAD"), "/lib/other.so:/lib/liblockweave.so");
  EXPECT_EQ(value_of(after, "HOME"), "/h");
  EXPECT_NE(value_of(after, "LOCKWEAVE_RUN").find(";preload=:/lib/liblockweave.so"),
            std::string::npos);
}

TEST(EnvironmentFor, AddressSanitizerComesFirst) {
  Preload preload = kPlain;
  preload.load_first = {"libasan.so.8"};
  EXPECT_EQ(value_of(environment_for(preload, {}), "LD_PRELOAD"),
            "libasan.so.8:/lib/liblockweave.so");
  const std::vector<std::string> there{"LD_PRELOAD=/usr/lib/libasan.so.8"};
  EXPECT_EQ(value_of(environment_for(preload, there), "LD_PRELOAD"),
            "/usr/lib/libasan.so.8:/lib/liblockweave.so");
}

TEST(EnvironmentFor, TellsTheRuntimeInOneVariable) {
  Preload preload = kPlain;
  preload.run_folder = "/out/a;b=c d";
  const std::string run = value_of(environment_for(preload, {}), "LOCKWEAVE_RUN");
  EXPECT_TRUE(run.starts_with(
      "dir=/out/a%3Bb%3Dc%20d;root=1;pid_of_launcher=" + std::to_string(::getpid()) + ";cli=/"))
      << run;
}

TEST(EnvironmentFor, TheUsersOptionsWin) {
  Preload preload = kPlain;
  preload.settings = {{"hang_timeout", "5"}, {"on_deadlock", "wait"}};
  preload.options = "verbosity=1";
  const std::vector<std::string> before{"LOCKWEAVE_OPTIONS=on_deadlock=exit"};
  EXPECT_EQ(value_of(environment_for(preload, before), "LOCKWEAVE_OPTIONS"),
            "hang_timeout=5:on_deadlock=wait:on_deadlock=exit:verbosity=1");
  EXPECT_EQ(value_of(environment_for(kPlain, {}), "LOCKWEAVE_OPTIONS"), "(unset)");
}

TEST(OptionValue, TheLastOneCounts) {
  EXPECT_EQ(option_value("exitcode=1:x=2:exitcode=3", "exitcode"), "3");
  EXPECT_EQ(option_value("exitcode", "exitcode"), "");
}

TEST(FindRuntime, SaysWhereItLooked) {
  std::vector<std::string> tried;
  EXPECT_EQ(find_runtime("/nowhere/liblockweave.so", tried), "");
  EXPECT_EQ(tried, std::vector<std::string>{"/nowhere/liblockweave.so"});
}

}  // namespace
}  // namespace lockweave::cli
