// tests/unit/tools/cycles_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock-order cycles of one process, from acquisitions to findings.
#include <gtest/gtest.h>

#include "report/messages.h"
#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

TEST(LockOrder, OppositeOrdersAreOneFinding) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  const model::Finding& finding = results.findings[0];
  EXPECT_EQ(finding.rule, "lock-order-cycle");
  EXPECT_EQ(finding.level, model::Level::error);
  EXPECT_EQ(finding.how, model::How::observed);
  EXPECT_EQ(finding.locks, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(finding.place.line, 11u);
  EXPECT_EQ(finding.fingerprint.size(), 16u);
  EXPECT_NE(finding.message.find("thread 0.1 \"one\" takes `b` while it holds `a`"),
            std::string::npos);
  ASSERT_EQ(finding.flows.size(), 2u);
  EXPECT_EQ(finding.flows[0].thread, "thread 0.1 \"one\"");
  EXPECT_EQ(finding.flows[0].created.front().line, 2u);
  ASSERT_EQ(finding.flows[0].steps.size(), 2u);
  EXPECT_EQ(step_words(finding.flows[0].steps[1]), "wants `b`");
  EXPECT_EQ(finding.flows[0].steps[1].held.front().lock, "a");
}

TEST(LockOrder, OneOrderIsClean) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  for (int i = 0; i < 2; ++i) process.thread("t");
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  process.take(2, b, "f bank.cc:2", process.take(2, a, "f bank.cc:1"));
  process.take(3, b, "g bank.cc:4", process.take(3, a, "g bank.cc:3"));
  EXPECT_TRUE(scenario.results().findings.empty());
}

TEST(LockOrder, FilteredCycleTellsItsReason) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  process.take(1, b, "f bank.cc:2", process.take(1, a, "f bank.cc:1"));
  process.take(1, a, "g bank.cc:4", process.take(1, b, "g bank.cc:3"));
  const Results results = scenario.results();
  EXPECT_TRUE(results.findings.empty());
  ASSERT_EQ(results.filtered.size(), 1u);
  EXPECT_EQ(results.filtered[0].reason, "a single thread takes the locks in all of these orders");
}

TEST(LockOrder, GateIsNamed) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  for (int i = 0; i < 2; ++i) process.thread("t");
  const model::Id gate = process.object("gate");
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  const model::Id first = process.take(2, gate, "f bank.cc:1");
  process.take(2, b, "f bank.cc:3", process.take(2, a, "f bank.cc:2", first));
  const model::Id second = process.take(3, gate, "g bank.cc:4");
  process.take(3, a, "g bank.cc:6", process.take(3, b, "g bank.cc:5", second));
  const Results results = scenario.results();
  EXPECT_TRUE(results.findings.empty());
  ASSERT_EQ(results.filtered.size(), 1u);
  EXPECT_EQ(results.filtered[0].reason, "lock `gate` is held around all of it");
}

TEST(LockOrder, ThreadsOneAfterTheOtherAreFiltered) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  const model::Id one = process.thread("one");
  process.take(one, b, "f bank.cc:2", process.take(one, a, "f bank.cc:1"));
  process.join(one);
  const model::Id two = process.thread("two");
  process.take(two, a, "g bank.cc:4", process.take(two, b, "g bank.cc:3"));
  const Results results = scenario.results();
  EXPECT_TRUE(results.findings.empty());
  EXPECT_EQ(results.filtered.size(), 1u);
}

TEST(LockOrder, AgainstADeclaredOrder) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id one = process.thread("one");
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  process.order(a, b);
  process.take(one, a, "f bank.cc:2", process.take(one, b, "f bank.cc:1"));
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].rule, "lock-order-cycle");
  EXPECT_NE(results.findings[0].message.find("against the declared order"), std::string::npos);
}

TEST(LockOrder, SemaphoreThatIsNoLockMakesNoEdges) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  for (int i = 0; i < 2; ++i) process.thread("t");
  const model::Id a = process.object("a");
  const model::Id permits = process.object("permits", model::ObjectKind::semaphore);
  process.take(2, permits, "f bank.cc:2", process.take(2, a, "f bank.cc:1"));
  process.take(3, a, "g bank.cc:4", process.take(3, permits, "g bank.cc:3"));
  process.not_a_lock(permits);
  const Results results = scenario.results();
  EXPECT_TRUE(results.findings.empty());
  EXPECT_TRUE(results.filtered.empty());
}

TEST(LockOrder, UnnamedLocksAreCalledByTheirFirstPlace) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  for (int i = 0; i < 2; ++i) process.thread("t");
  const model::Id a = process.unnamed("Account::Account() bank.cc:7");
  const model::Id b = process.unnamed("Account::Account() bank.cc:7");
  process.take(2, b, "f bank.cc:2", process.take(2, a, "f bank.cc:1"));
  process.take(3, a, "f bank.cc:2", process.take(3, b, "f bank.cc:1"));
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].locks,
            (std::vector<std::string>{"mutex@bank.cc:7#1", "mutex@bank.cc:7#2"}));
}

TEST(LockOrder, PlacesWithoutSymbolsAreModuleAndOffset) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  for (int i = 0; i < 2; ++i) process.thread("t");
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  process.take(2, b, "?2", process.take(2, a, "?1"));
  process.take(3, a, "?4", process.take(3, b, "?3"));
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].place.module, kModule);
  EXPECT_TRUE(results.findings[0].place.file.empty());
}

}  // namespace
}  // namespace lockweave::cli::test
