// tests/unit/tools/findings_file_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/findings_file.h"

#include <gtest/gtest.h>

#include "report/render_json.h"

namespace lockweave::cli {
namespace {

model::Site site(const std::string& file, std::uint32_t line) {
  return {"bank::transfer(int)", file, line, 7, false, "", 0};
}

// Every member differs from its default.
model::Finding sample_finding() {
  model::Finding finding;
  finding.rule = "lock-order-cycle";
  finding.level = model::Level::warning;
  finding.how = model::How::static_analysis;
  finding.confidence = model::Confidence::medium;
  finding.message = "`a` and `b`, \"quoted\"";
  finding.hint = "take them in one order";
  finding.place = site("/src/bank.cc", 12);
  finding.locks = {"a", "b"};
  model::FlowStep step;
  step.text = "wants `b`";
  step.stack = {site("/src/bank.cc", 12), site("/src/main.cc", 3)};
  step.held.push_back({"a", model::Mode::shared, {site("/src/bank.cc", 11)}});
  model::Flow flow{"thread", "bank", {site("/src/main.cc", 2)}, {step}};
  finding.flows = {flow, flow};
  finding.fingerprint = "0123456789abcdef";
  finding.accesses = {"00112233445566ff"};
  finding.seen_in = {"bank"};
  return finding;
}

AnalyzerReport sample_report() {
  AnalyzerReport report;
  report.results.findings = {sample_finding()};
  report.results.low_confidence = {sample_finding()};
  report.results.low_confidence[0].confidence = model::Confidence::low;
  report.results.filtered = {{sample_finding(), "a gate"}};
  report.results.notes = {{"unit-lost", model::Level::error, "a.cc was not analysed"}};
  report.results.suppressed = 2;
  report.results.search_cut = true;
  report.results.cycles_left_out = true;
  report.results.more_filtered = true;
  report.suppressions = {"/src/known.txt"};
  report.units = 3;
  report.lines = 5'000'000'000;
  return report;
}

TEST(FindingsFile, GivesBackWhatWasWritten) {
  const AnalyzerReport report = sample_report();
  model::ReadError error;
  const auto again = read_findings(write_findings(report), "f", error);
  ASSERT_TRUE(again) << error.message;
  EXPECT_EQ(render_json(again->results), render_json(report.results));
  EXPECT_FALSE(again->results.incomplete);
  EXPECT_TRUE(again->results.search_cut);
  EXPECT_TRUE(again->results.cycles_left_out);
  EXPECT_TRUE(again->results.more_filtered);
  EXPECT_EQ(again->suppressions, report.suppressions);
  EXPECT_EQ(again->units, 3u);
  EXPECT_EQ(again->lines, 5'000'000'000u);
}

TEST(FindingsFile, WhatIsDamagedOrForeignIsRefused) {
  const std::string whole = write_findings(sample_report());
  std::string other = whole;
  const std::string version = "\"lockweave-findings\":1";
  ASSERT_NE(other.find(version), std::string::npos);
  other.replace(other.find(version), version.size(), "\"lockweave-findings\":2");
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), other, whole.substr(0, 100)}) {
    model::ReadError error;
    EXPECT_FALSE(read_findings(text, "f", error));
    EXPECT_EQ(error.path, "f");
    EXPECT_NE(error.message, "");
  }
}

}  // namespace
}  // namespace lockweave::cli
