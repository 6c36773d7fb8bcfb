// tests/unit/tools/process_merge_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

constexpr const char* kTest1 = "/opt/sample/test1";
constexpr const char* kTest2 = "/opt/sample/test2";

void nest(RecordBuilder& process, const char* outer, const char* inner, const char* where) {
  const model::Id one = process.thread("t");
  const model::Id first = process.object(outer);
  const model::Id second = process.object(inner);
  const std::string file(where);
  process.take(one, second, file + ":2", process.take(one, first, file + ":1"));
}

TEST(ProcessMerge, ARingOfTwoProcessesIsAPredictedWarning) {
  Scenario scenario;
  nest(scenario.process(kTest1, 1), "a", "b", "f one.cc");
  nest(scenario.process(kTest2, 2), "b", "a", "g two.cc");
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  const model::Finding& finding = results.findings[0];
  EXPECT_EQ(finding.level, model::Level::warning);
  EXPECT_EQ(finding.how, model::How::predicted);
  EXPECT_EQ(finding.seen_in, (std::vector<std::string>{"test1", "test2"}));
  EXPECT_EQ(finding.locks, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(finding.flows[0].process, "test1");
  EXPECT_NE(finding.message.find("several processes"), std::string::npos);
}

TEST(ProcessMerge, DifferentNamesAreDifferentLocks) {
  Scenario scenario;
  nest(scenario.process(kTest1, 1), "a", "b", "f one.cc");
  nest(scenario.process(kTest2, 2), "d", "c", "g two.cc");
  EXPECT_TRUE(scenario.results().findings.empty());
}

TEST(ProcessMerge, UnnamedLocksMeetByACommonLine) {
  Scenario scenario;
  const auto nest_unnamed = [](RecordBuilder& process, const char* outer, const char* inner) {
    const model::Id one = process.thread("t");
    const model::Id first = process.unnamed(outer);
    const model::Id second = process.unnamed(inner);
    process.take(one, second, inner, process.take(one, first, outer));
  };
  nest_unnamed(scenario.process(kTest1, 1), "lock_a bank.cc:1", "lock_b bank.cc:2");
  nest_unnamed(scenario.process(kTest2, 2), "lock_b bank.cc:2", "lock_a bank.cc:1");
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].locks.size(), 2u);
}

// Process 1 takes the first inside of nothing and the second inside of it; 2 the other way round.
Results nest_shared(model::SharedPlace first, model::SharedPlace second,
                    model::SharedPlace first_of_other) {
  Scenario scenario;
  const auto nest_places = [](RecordBuilder& process, model::SharedPlace outer,
                              model::SharedPlace inner, const std::string& file) {
    const model::Id one = process.thread("t");
    const model::Id held = process.shared(outer);
    const model::Id wanted = process.shared(inner);
    process.take(one, wanted, file + ":2", process.take(one, held, file + ":1"));
  };
  nest_places(scenario.process(kTest1, 1), first, second, "f one.cc");
  nest_places(scenario.process(kTest2, 2), second, first_of_other, "g two.cc");
  return scenario.results();
}

TEST(ProcessMerge, SharedLocksMeetByTheirPlaceWhereverTheyAreTaken) {
  const Results results = nest_shared({25, 7, 0}, {25, 7, 64}, {25, 7, 0});
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].level, model::Level::warning);
  EXPECT_EQ(results.findings[0].how, model::How::predicted);
}

TEST(ProcessMerge, SharedLocksOfDifferentPlacesAreDifferent) {
  EXPECT_TRUE(nest_shared({25, 7, 0}, {25, 7, 64}, {25, 7, 128}).findings.empty());
  EXPECT_TRUE(nest_shared({25, 7, 0}, {25, 7, 64}, {25, 8, 0}).findings.empty());
  EXPECT_TRUE(nest_shared({25, 7, 0}, {25, 7, 64}, {26, 7, 0}).findings.empty());
}

// Two slots of one table, each process at the same line of one program: one class, two locks.
TEST(ProcessMerge, APlaceWeighsMoreThanACommonLine) {
  Scenario scenario;
  std::uint64_t pid = 0;
  for (const std::uint64_t slot : {0, 64}) {
    RecordBuilder& process = scenario.process(kTest1, ++pid);
    const model::Id table = process.shared({25, 7, 4096});
    const model::Id row = process.shared({25, 7, slot});
    const bool table_first = slot == 0;
    const std::string outer = table_first ? "lock_table t.cc:1" : "lock_row t.cc:2";
    const std::string inner = table_first ? "lock_row t.cc:2" : "lock_table t.cc:1";
    process.take(1, table_first ? row : table, inner,
                 process.take(1, table_first ? table : row, outer));
  }
  EXPECT_TRUE(scenario.results().findings.empty());
}

TEST(ProcessMerge, ARingThatOneProcessFiltersIsNotBroughtBack) {
  Scenario scenario;
  for (const std::uint64_t pid : {1, 2}) {
    RecordBuilder& process = scenario.process(kTest1, pid);
    const model::Id a = process.object("a");
    const model::Id b = process.object("b");
    process.take(1, b, "f one.cc:2", process.take(1, a, "f one.cc:1"));
    process.take(1, a, "g one.cc:4", process.take(1, b, "g one.cc:3"));
  }
  const Results results = scenario.results();
  EXPECT_TRUE(results.findings.empty());
  EXPECT_EQ(results.filtered.size(), 1u);
}

TEST(ProcessMerge, TheSameFindingOfTwoProgramsIsOne) {
  Scenario scenario;
  add_opposite_orders(scenario.process(kTest1, 1));
  add_opposite_orders(scenario.process(kTest2, 2));
  const Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  EXPECT_EQ(results.findings[0].seen_in, (std::vector<std::string>{"test1", "test2"}));
  EXPECT_EQ(results.findings[0].how, model::How::observed);
}

TEST(ProcessMerge, SuppressedEdgeOpensTheRing) {
  Scenario scenario;
  nest(scenario.process(kTest1, 1), "a", "b", "f one.cc");
  nest(scenario.process(kTest2, 2), "b", "a", "g two.cc");
  EXPECT_TRUE(scenario.results("lock-order-cycle:g").findings.empty());
}

}  // namespace
}  // namespace lockweave::cli::test
