// tests/unit/runtime/core/options_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/options.h"

#include <gtest/gtest.h>

#include <string>

namespace lockweave::core {
namespace {

// What parsing prints goes to descriptor 2, not to a stream.
std::string said_by_parsing(const char* text) {
  options = Options{};
  testing::internal::CaptureStderr();
  parse_options(text);
  return testing::internal::GetCapturedStderr();
}

TEST(Options, DefaultsAreTheContracts) {
  EXPECT_EQ(said_by_parsing(""), "");
  EXPECT_EQ(options.exitcode, 66);
  EXPECT_EQ(options.on_deadlock, OnDeadlock::exit);
  EXPECT_EQ(options.hang_timeout, -1);
  EXPECT_FALSE(options.halt_on_error);
  EXPECT_FALSE(options.literal_locksets);
}

TEST(Options, ReadsEveryKind) {
  EXPECT_EQ(said_by_parsing(
                "exitcode=3:on_deadlock=wait:halt_on_error=1:log_path=/tmp/x::hang_timeout=5"),
            "");
  EXPECT_EQ(options.exitcode, 3);
  EXPECT_EQ(options.on_deadlock, OnDeadlock::wait);
  EXPECT_TRUE(options.halt_on_error);
  EXPECT_STREQ(options.log_path, "/tmp/x");
  EXPECT_EQ(options.hang_timeout, 5);
}

TEST(Options, AnExitCodeIsOneByte) {
  EXPECT_NE(said_by_parsing("exitcode=300").find("bad value \"300\""), std::string::npos);
  EXPECT_EQ(options.exitcode, 66);
}

TEST(Options, LaterValueWins) {
  said_by_parsing("exitcode=3:exitcode=4");
  EXPECT_EQ(options.exitcode, 4);
}

TEST(Options, UnknownKeyNamesTheNearest) {
  const std::string said = said_by_parsing("exit_code=3");
  EXPECT_NE(said.find("unknown key \"exit_code\""), std::string::npos) << said;
  EXPECT_NE(said.find("\"exitcode\""), std::string::npos) << said;
  EXPECT_EQ(options.exitcode, 66);
}

TEST(Options, BadValueKeepsTheDefault) {
  const std::string said = said_by_parsing("exitcode=many:on_deadlock=explode");
  EXPECT_NE(said.find("bad value \"many\" for exitcode"), std::string::npos) << said;
  EXPECT_NE(said.find("bad value \"explode\" for on_deadlock"), std::string::npos) << said;
  EXPECT_EQ(options.exitcode, 66);
  EXPECT_EQ(options.on_deadlock, OnDeadlock::exit);
}

TEST(Options, HelpListsAllKeys) {
  const std::string said = said_by_parsing("help=1");
  for (const char* key : {"exitcode", "log_path", "halt_on_error", "suppressions", "on_deadlock",
                          "hang_timeout", "status_signal"}) {
    EXPECT_NE(said.find(key), std::string::npos) << key;
  }
}

TEST(Options, TextThatDoesNotFitIsRefused) {
  const std::string text = "log_path=" + std::string(5000, 'x');
  EXPECT_NE(said_by_parsing(text.c_str()).find("bad value"), std::string::npos);
  EXPECT_STREQ(options.log_path, "");
}

}  // namespace
}  // namespace lockweave::core
