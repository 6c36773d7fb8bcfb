// tests/unit/analyzer/driver/config_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/config.h"

#include <gtest/gtest.h>

#include "scratch.h"

namespace lockweave::analyzer::driver {
namespace {

Config parsed(std::string_view text) {
  model::ReadError error;
  const std::optional<Config> config = parse_config(text, "/p/.lockweave.toml", error);
  EXPECT_TRUE(config) << error.line << ": " << error.message;
  return config.value_or(Config());
}

model::ReadError refusal(std::string_view text) {
  model::ReadError error;
  EXPECT_FALSE(parse_config(text, "/p/.lockweave.toml", error));
  EXPECT_EQ(error.path, "/p/.lockweave.toml");
  return error;
}

TEST(Config, EveryKeyIsRead) {
  const Config config = parsed(R"(
suppressions = "known.txt"
blocking = ["ns::wait_for_disk"]
thread_roots = ["plugin_main"]
spawning = "Pool::post"
system_bodies = true

[[lock]]
type = "ns::Spin"
lock = ["acquire", "lock"]
unlock = "release"
try_lock = "try_acquire"
lock_shared = "read"
unlock_shared = "end_read"
try_lock_shared = "try_read"
recursive = true

[[lock]]
type = "Other"

[[guard]]
type = "ns::SpinGuard"
lock = "again"
unlock = "early"
shared = true

[rules]
lock-leak = "off"
data-race = "warning"
)");
  const summary::LockModel spin{"ns::Spin", {"acquire", "lock"}, {"release"},  {"try_acquire"},
                                {"read"},   {"end_read"},        {"try_read"}, true};
  ASSERT_EQ(config.models.locks.size(), 2u);
  EXPECT_EQ(config.models.locks[0], spin);
  EXPECT_EQ(config.models.locks[1].type, "Other");
  const summary::GuardModel guard{"ns::SpinGuard", {"again"}, {"early"}, true};
  EXPECT_EQ(config.models.guards, std::vector{guard});
  EXPECT_EQ(config.models.blocking, std::vector<std::string>{"ns::wait_for_disk"});
  EXPECT_EQ(config.models.thread_roots, std::vector<std::string>{"plugin_main"});
  EXPECT_EQ(config.models.spawning, std::vector<std::string>{"Pool::post"});
  EXPECT_TRUE(config.models.system_bodies);
  EXPECT_EQ(config.suppressions, "/p/known.txt");
  EXPECT_EQ(config.levels.at("lock-leak"), std::nullopt);
  EXPECT_EQ(config.levels.at("data-race"), model::Level::warning);
}

TEST(Config, AnEmptyOneSaysNothing) {
  const Config config = parsed("# nothing\n");
  EXPECT_EQ(config.models, summary::Models());
  EXPECT_TRUE(config.levels.empty());
}

TEST(Config, AMistypedKeyIsNamedWithTheNearest) {
  const model::ReadError top = refusal("\nblockng = []\n");
  EXPECT_EQ(top.line, 2u);
  EXPECT_EQ(top.message, "there is no key `blockng`");
  EXPECT_NE(top.remedy.find("`blocking`"), std::string::npos) << top.remedy;
  const model::ReadError inner = refusal("[[lock]]\ntype = \"T\"\nunlok = \"u\"\n");
  EXPECT_EQ(inner.line, 3u);
  EXPECT_EQ(inner.message, "there is no key `unlok` in [[lock]]");
  EXPECT_NE(inner.remedy.find("`unlock`"), std::string::npos) << inner.remedy;
}

TEST(Config, AMistypedRuleIsNamedWithTheNearest) {
  const model::ReadError error = refusal("[rules]\nlock-leek = \"off\"\n");
  EXPECT_EQ(error.line, 2u);
  EXPECT_EQ(error.message, "there is no rule `lock-leek`");
  EXPECT_NE(error.remedy.find("`lock-leak`"), std::string::npos) << error.remedy;
}

TEST(Config, WrongValuesAreRefusedWithTheirLine) {
  EXPECT_EQ(refusal("[rules]\n\nlock-leak = \"maybe\"\n").line, 3u);
  EXPECT_EQ(refusal("[rules]\nlock-leak = 3\n").line, 2u);
  EXPECT_EQ(refusal("blocking = [1]\n").line, 1u);
  EXPECT_EQ(refusal("blocking = 7\n").line, 1u);
  EXPECT_EQ(refusal("suppressions = []\n").line, 1u);
  EXPECT_EQ(refusal("[lock]\ntype = \"T\"\n").line, 1u);
  EXPECT_EQ(refusal("lock = [1]\n").line, 1u);
  EXPECT_EQ(refusal("\n[[guard]]\nlock = \"l\"\n").line, 2u);
  EXPECT_EQ(refusal("[[lock]]\ntype = \"T\"\nrecursive = \"yes\"\n").line, 3u);
  EXPECT_EQ(refusal("rules = 1\n").line, 1u);
}

TEST(Config, WhatIsNoTomlIsRefusedWithItsLine) {
  const model::ReadError error = refusal("blocking = [\"a\"]\nspawning = [\n");
  EXPECT_GE(error.line, 2u);
  EXPECT_EQ(error.message.rfind("no TOML: ", 0), 0u) << error.message;
}

TEST(Configs, TheNearestOneWins) {
  const Scratch scratch;
  scratch.write(".lockweave.toml", "blocking = \"outer\"\n");
  scratch.write("lib/.lockweave.toml", "blocking = \"inner\"\n");
  scratch.write("lib/deep/a.cc", "");
  Configs configs("");
  model::ReadError error;
  const Config* inner = configs.of(scratch / "lib/deep/a.cc", error);
  const Config* outer = configs.of(scratch / "src/a.cc", error);
  ASSERT_TRUE(inner != nullptr && outer != nullptr) << error.message;
  EXPECT_EQ(inner->models.blocking, std::vector<std::string>{"inner"});
  EXPECT_EQ(outer->models.blocking, std::vector<std::string>{"outer"});
  EXPECT_EQ(configs.of(scratch / "lib/b.cc", error), inner);
  Configs named(scratch / ".lockweave.toml");
  EXPECT_EQ(named.of(scratch / "lib/deep/a.cc", error)->models.blocking,
            std::vector<std::string>{"outer"});
}

TEST(Configs, ANamedOneMustBeThere) {
  Configs configs("/no/such/file.toml");
  model::ReadError error;
  EXPECT_EQ(configs.of("/src/a.cc", error), nullptr);
  EXPECT_EQ(error.path, "/no/such/file.toml");
}

}  // namespace
}  // namespace lockweave::analyzer::driver
