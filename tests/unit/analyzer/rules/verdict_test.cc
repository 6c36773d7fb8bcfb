// tests/unit/analyzer/rules/verdict_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of all rules' findings together: one bug once, comments that ignore, stable results.
#include <gtest/gtest.h>

#include <set>

#include "model/rule_catalog.h"
#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

// A race; gives the line of its place.
std::uint32_t add_race(UnitBuilder& unit) {
  unit.function("one").write(global("x"));
  FunctionBuilder& two = unit.function("two").write(global("x"));
  const auto line = line_of_last(two);
  starts(unit, {"one", "two"});
  return line;
}

TEST(Verdict, EveryAnalyzerRuleIsInTheTable) {
  std::set<std::string_view> catalog;
  for (const model::Rule& rule : model::all_rules()) {
    if (rule.by_analyzer) catalog.insert(rule.id);
  }
  std::set<std::string_view> table;
  for (const StaticRule& rule : all_static_rules()) table.insert(rule.id);
  EXPECT_EQ(table, catalog);
}

TEST(Verdict, LevelsAreTheCatalogs) {
  UnitBuilder unit;
  add_race(unit);
  const Verdict verdict = verdict_of(unit);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings[0].level, model::find_rule("data-race")->level);
  EXPECT_EQ(verdict.findings[0].how, model::How::static_analysis);
}

TEST(Verdict, AnIgnoredFindingIsCounted) {
  for (const std::string rule : {"data-race", "*"}) {
    UnitBuilder unit;
    const auto line = add_race(unit);
    unit.ignore(line, rule, "known");
    const Verdict verdict = verdict_of(unit);
    EXPECT_TRUE(verdict.findings.empty());
    EXPECT_EQ(verdict.ignored, 1u);
    EXPECT_TRUE(verdict.remarks.empty());
  }
}

TEST(Verdict, AnotherRulesCommentCoversNothing) {
  UnitBuilder unit;
  const auto line = add_race(unit);
  unit.ignore(line, "lock-leak", "known");
  const Verdict verdict = verdict_of(unit);
  EXPECT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.ignored, 0u);
  const std::string where = "/src/unit.cc:" + std::to_string(line);
  EXPECT_EQ(verdict.remarks,
            (std::vector<std::string>{where + ": ignore(lock-leak) covers nothing"}));
}

TEST(Verdict, AMistypedRuleIsNamed) {
  UnitBuilder unit;
  unit.ignore(3, "data-rce", "known");
  EXPECT_EQ(verdict_of(unit).remarks,
            (std::vector<std::string>{
                "/src/unit.cc:3: there is no rule `data-rce`; did you mean `data-race`?"}));
}

TEST(Verdict, AShownAcquisitionCanBeIgnored) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  const auto line = takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  unit.ignore(line, "lock-order-cycle", "never at one time");
  EXPECT_EQ(verdict_of(unit).ignored, 1u);
}

TEST(Verdict, NothingInSystemHeadersIsAPlace) {
  UnitBuilder unit;
  const auto in_header = [](auto& f) { f.in_system_header = true; };
  unit.function("std::take").parameter("mu").set(in_header).acquire(parameter(0));
  FunctionBuilder& right = unit.function("right").call("std::take", {global("a")});
  right.call("std::take", {global("b")});
  const auto line = line_of_last(right);
  right.release(global("b")).release(global("a"));
  unit.function("left")
      .call("std::take", {global("b")})
      .call("std::take", {global("a")})
      .release(global("a"))
      .release(global("b"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "right", line));
}

TEST(Verdict, FunctionsOfOneNameInTwoFilesAreTwoBugs) {
  const auto twice = [](const std::string& file) {
    UnitBuilder unit(file);
    const Path mutex = global(file + "|mu");
    FunctionBuilder& go = unit.function(file + "|go").internal().acquire(mutex).acquire(mutex);
    go.release(mutex).release(mutex).set([](auto& made) { made.name = "go"; });
    unit.function("run of " + file).call(file + "|go");
    return unit.build();
  };
  const Verdict verdict =
      run_rules(link::link_program({twice("/src/x.cc"), twice("/src/y.cc")}, link::Settings{}));
  ASSERT_EQ(verdict.findings.size(), 2u);
  EXPECT_EQ(verdict.findings[0].fingerprint, verdict.findings[1].fingerprint);
  EXPECT_NE(verdict.findings[0].place.file, verdict.findings[1].place.file);
}

TEST(Verdict, IsTheSameWhateverTheOrderOfUnits) {
  UnitBuilder one("/src/one.cc");
  takes_both(one.function("right"), global("a"), global("b"));
  starts(one, {"right", "left"});
  UnitBuilder two("/src/two.cc");
  takes_both(two.function("left"), global("b"), global("a"));
  const auto verdict = [](std::vector<summary::Unit> units) {
    return run_rules(link::link_program(std::move(units), link::Settings{}));
  };
  const Verdict forth = verdict({one.build(), two.build()});
  const Verdict back = verdict({two.build(), one.build()});
  ASSERT_EQ(forth.findings.size(), 1u);
  ASSERT_EQ(back.findings.size(), 1u);
  EXPECT_EQ(forth.findings[0].message, back.findings[0].message);
  EXPECT_EQ(forth.findings[0].place, back.findings[0].place);
  EXPECT_EQ(forth.findings[0].fingerprint, back.findings[0].fingerprint);
}

}  // namespace
}  // namespace lockweave::analyzer::rules
