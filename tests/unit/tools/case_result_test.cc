// tests/unit/tools/case_result_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_result.h"

#include <gtest/gtest.h>

#include "tools/lockweave/cases/case_report.h"

namespace lockweave::cli {
namespace {

CaseFinding found(const std::string& rule, std::uint32_t line) {
  return {{rule, line}, "/x/14_deadlock/two_locks.cc", line, rule + " it is"};
}

Wish wish_of_one_and_a_group() {
  Wish wish;
  wish.exact = {{"double-lock", 4}};
  wish.either["lock-order-cycle"] = {2, 3};
  return wish;
}

TEST(CaseDifference, NoneWhenTheSetsAreEqual) {
  for (const std::uint32_t line : {2u, 3u}) {
    EXPECT_TRUE(difference_between(wish_of_one_and_a_group(),
                                   {found("lock-order-cycle", line), found("double-lock", 4)})
                    .none());
  }
  EXPECT_TRUE(difference_between({}, {}).none());
}

TEST(CaseDifference, NamesWhatIsMissing) {
  const Difference difference = difference_between(wish_of_one_and_a_group(), {});
  EXPECT_EQ(difference.missing,
            (std::vector<std::string>{"double-lock at line 4", "lock-order-cycle at line 2 or 3"}));
}

TEST(CaseDifference, AGroupWantsOneFindingOnly) {
  const Difference difference = difference_between(
      wish_of_one_and_a_group(),
      {found("double-lock", 4), found("lock-order-cycle", 2), found("lock-order-cycle", 3)});
  EXPECT_TRUE(difference.missing.empty());
  ASSERT_EQ(difference.unexpected.size(), 1u);
  EXPECT_EQ(difference.unexpected[0].spot, (Spot{"lock-order-cycle", 3}));
}

TEST(CaseDifference, TheSameFindingTwiceIsOneTooMany) {
  Wish wish;
  wish.exact = {{"double-lock", 4}};
  EXPECT_EQ(difference_between(wish, {found("double-lock", 4), found("double-lock", 4)})
                .unexpected.size(),
            1u);
}

TEST(CaseDifference, AWrongLineIsMissingAndUnexpected) {
  Wish wish;
  wish.exact = {{"double-lock", 4}};
  const Difference difference = difference_between(wish, {found("double-lock", 5)});
  EXPECT_EQ(difference.missing.size(), 1u);
  EXPECT_EQ(difference.unexpected.size(), 1u);
}

CaseResult result_with(std::vector<CaseRun> runs, const std::string& form = "std-gcc") {
  CaseResult result;
  result.of.topic = "14_deadlock";
  result.of.name = "two_locks";
  result.of.form = form;
  result.of.source = "/x/14_deadlock/two_locks.cc";
  result.of.expectation.runtime.exact = {{"deadlock", 17}};
  result.runtime.runs = std::move(runs);
  return result;
}

CaseRun good_run() {
  CaseRun run;
  run.found = {found("deadlock", 17)};
  return run;
}

CaseRun bad_run() {
  CaseRun run;
  run.difference.missing = {"deadlock at line 17"};
  run.difference.unexpected = {found("lock-leak", 9)};
  return run;
}

TEST(CaseVerdict, OneRunThatDiffersIsEnough) {
  const CaseResult result = result_with({good_run(), bad_run(), good_run()});
  EXPECT_EQ(result.verdict(), Verdict::differs);
  EXPECT_EQ(result.runtime.runs_that_differ(), 1u);
  EXPECT_EQ(&result.runtime.telling(), &result.runtime.runs[1]);
}

TEST(CaseVerdict, TheWorseHalfCounts) {
  CaseResult result = result_with({good_run()});
  EXPECT_EQ(result.verdict(), Verdict::as_expected);
  result.analyzer = HalfResult{{bad_run()}, ""};
  EXPECT_EQ(result.verdict(), Verdict::differs);
  CaseRun failed;
  failed.tool_failed = true;
  result.runtime.runs = {failed};
  EXPECT_EQ(result.verdict(), Verdict::tool_failed);
}

TEST(CaseVerdict, WhereOnlyTheAnalyzerWasAskedItAloneCounts) {
  CaseResult result = result_with({});
  result.analyzer = HalfResult{{good_run()}, ""};
  EXPECT_EQ(result.verdict(), Verdict::as_expected);
  result.analyzer = HalfResult{{bad_run()}, ""};
  EXPECT_EQ(result.verdict(), Verdict::differs);
}

TEST(CaseVerdict, WhatIsForLaterIsNotRun) {
  CaseResult result = result_with({});
  EXPECT_EQ(result.verdict(), Verdict::not_run);
  EXPECT_TRUE(result.runtime.telling().found.empty());
}

TEST(CaseReport, FormsThatAgreeShareARow) {
  const std::vector<CaseResult> results{
      result_with({good_run()}, "std-gcc"), result_with({good_run()}, "std-clang"),
      result_with({good_run()}, "lockweave-gcc"), result_with({bad_run()}, "lockweave-clang")};
  const std::string text = render_cases(results, Screen{}, false);
  EXPECT_NE(text.find("two_locks  lockweave-gcc, std"), std::string::npos) << text;
  EXPECT_NE(text.find("DIFFERS 14_deadlock/two_locks: lockweave-clang"), std::string::npos) << text;
  EXPECT_NE(text.find("expected but not found: deadlock at line 17"), std::string::npos);
  EXPECT_NE(text.find("found but not expected: lock-leak at two_locks.cc:9: lock-leak it is"),
            std::string::npos);
  EXPECT_NE(text.find("4 cases: 3 as expected, 1 not"), std::string::npos) << text;
}

CaseRun silent_run() { return {}; }

TEST(CaseReport, EachHalfHasItsColumn) {
  CaseResult result = result_with({good_run()});
  result.of.expectation.analyzer.exact = {{"lock-order-cycle", 17}};
  CaseRun found_by_analyzer;
  found_by_analyzer.found = {found("lock-order-cycle", 17)};
  result.analyzer = HalfResult{{found_by_analyzer}, ""};
  CaseResult script = result_with({silent_run()}, "python");
  script.of.name = "script";
  script.of.source = "/x/14_deadlock/script.py";
  script.of.expectation.runtime = {};
  const std::string text = render_cases({result, script}, Screen{}, false);
  EXPECT_NE(
      text.find("expected                           runtime      analyzer             verdict"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("deadlock 17 / lock-order-cycle 17  deadlock 17  lock-order-cycle 17  ok"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("silent                             silent       -"), std::string::npos)
      << text;
}

TEST(CaseReport, OneExpectationOfBothIsToldOnce) {
  CaseResult result = result_with({good_run()});
  result.of.expectation.analyzer = result.of.expectation.runtime;
  result.analyzer = HalfResult{{good_run()}, ""};
  const std::string text = render_cases({result}, Screen{}, false);
  EXPECT_NE(text.find("deadlock 17  deadlock 17  deadlock 17  ok"), std::string::npos) << text;
}

TEST(CaseReport, SaysWhichHalfDiffers) {
  CaseResult result = result_with({good_run()});
  result.analyzer = HalfResult{{bad_run()}, ""};
  const std::string text = render_cases({result}, Screen{}, false);
  EXPECT_NE(text.find("analyzer: expected but not found: deadlock at line 17"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("runtime: expected"), std::string::npos) << text;
}

TEST(CaseReport, FormsWhoseAnalyzerDisagreesDoNotShareARow) {
  CaseResult one = result_with({good_run()}, "std-gcc");
  CaseResult other = result_with({good_run()}, "lockweave-gcc");
  one.analyzer = HalfResult{{silent_run()}, ""};
  other.analyzer = HalfResult{{good_run()}, ""};
  const std::string text = render_cases({one, other}, Screen{}, false);
  EXPECT_NE(text.find("two_locks  std-gcc"), std::string::npos) << text;
}

TEST(CaseReport, SaysHowManyRunsDiffer) {
  const std::string text =
      render_cases({result_with({good_run(), bad_run(), good_run()})}, Screen{}, false);
  EXPECT_NE(text.find("DIFFERS 1/3"), std::string::npos) << text;
  EXPECT_NE(text.find("1 of 3 runs differ"), std::string::npos) << text;
}

TEST(CaseReport, QuietSaysOnlyTheSummaryWhenAllIsWell) {
  EXPECT_EQ(render_cases({result_with({good_run()})}, Screen{}, true),
            "lockweave: 1 case: 1 as expected\n");
}

TEST(CaseSource, IsKnownByItsLastTwoNames) {
  const Case one = result_with({}).of;
  EXPECT_TRUE(one.is_source("/elsewhere/14_deadlock/two_locks.cc"));
  EXPECT_FALSE(one.is_source("/x/15_other/two_locks.cc"));
  EXPECT_FALSE(one.is_source("/x/14_deadlock/one_lock.cc"));
  EXPECT_FALSE(one.is_source(""));
}

}  // namespace
}  // namespace lockweave::cli
