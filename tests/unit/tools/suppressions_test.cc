// tests/unit/tools/suppressions_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/suppressions.h"

#include <gtest/gtest.h>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

model::ReadError error_of(std::string_view text) {
  model::ReadError error;
  EXPECT_FALSE(Suppressions::parse(text, "supp.txt", error));
  return error;
}

TEST(Suppressions, MalformedLinesSayWhereAndWhatToDo) {
  const model::ReadError no_glob = error_of("# fine\n\nlock-leak\n");
  EXPECT_EQ(no_glob.path, "supp.txt");
  EXPECT_EQ(no_glob.line, 3u);
  EXPECT_NE(no_glob.remedy.find("rule:glob"), std::string::npos);
  EXPECT_EQ(error_of("deadlock:").line, 1u);
  EXPECT_EQ(error_of(":x").line, 1u);
}

TEST(Suppressions, UnknownRuleNamesTheNearest) {
  const model::ReadError error = error_of("lock-ordr-cycle:x");
  EXPECT_NE(error.message.find("`lock-ordr-cycle`"), std::string::npos);
  EXPECT_NE(error.remedy.find("`lock-order-cycle`"), std::string::npos);
}

TEST(Suppressions, MatchFunctionsFilesAndLocks) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id mu = process.object("Bank::mu");
  process.finding("lock-leak", "",
                  {process.step(1, model::Action::acquires, mu, "Bank::open(int) bank.cc:5")});
  for (const char* text : {"lock-leak:Bank::open", "lock-leak:Bank::open(int)", "*:bank.cc",
                           "lock-leak:/opt/sample/*.cc  # because", "lock-leak:Bank::mu"}) {
    const Results results = scenario.results(text);
    EXPECT_TRUE(results.findings.empty()) << text;
    EXPECT_EQ(results.suppressed, 1u) << text;
    EXPECT_TRUE(results.notes.empty()) << text;
  }
}

TEST(Suppressions, UnusedEntriesAreListed) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const Results results = scenario.results("lock-leak:*\nlock-order-cycle:nowhere\n");
  EXPECT_EQ(results.findings.size(), 1u);
  ASSERT_EQ(results.notes.size(), 2u);
  EXPECT_EQ(results.notes[0].text, "suppression matched nothing: supp.txt:1: lock-leak:*");
}

TEST(Suppressions, LockOrderRemovesTheEdge) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  EXPECT_TRUE(scenario.results("lock-order-cycle:audit").findings.empty());
  EXPECT_TRUE(scenario.results("lock-order-cycle:b").findings.empty());
}

// a-b is closed by two threads, a-b-c by three: taking out b->a leaves the longer ring.
TEST(Suppressions, ARingClosedByAnotherPathIsStillFound) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  add_opposite_orders(process);
  const model::Id c = process.object("c");
  for (int i = 0; i < 2; ++i) process.thread("more");
  process.take(4, c, "third bank.cc:31", process.take(4, 2, "third bank.cc:30"));
  process.take(5, 1, "fourth bank.cc:41", process.take(5, c, "fourth bank.cc:40"));
  EXPECT_EQ(scenario.results().findings.size(), 2u);
  const Results results = scenario.results("lock-order-cycle:audit");
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].locks.size(), 3u);
}

}  // namespace
}  // namespace lockweave::cli::test
