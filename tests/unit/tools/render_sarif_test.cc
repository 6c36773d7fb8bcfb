// tests/unit/tools/render_sarif_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What scripts and code hosts read of the SARIF file. That it is valid SARIF is tested against the
// schema in tests/e2e/sarif.
#include "report/render_sarif.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "model/rule_catalog.h"
#include "report/text.h"
#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

using nlohmann::json;

json run_of(const Results& results, std::string_view root = "/opt/sample") {
  const json document = json::parse(render_sarif(results, root));
  EXPECT_EQ(document["version"], "2.1.0");
  return document["runs"][0];
}

TEST(RenderSarif, CleanRunStillListsAllRules) {
  const json run = run_of(Results());
  EXPECT_TRUE(run["results"].is_array());
  EXPECT_TRUE(run["results"].empty());
  const json& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(rules.size(), model::all_rules().size());
  for (const json& rule : rules) {
    EXPECT_FALSE(rule["shortDescription"]["text"].get<std::string>().empty()) << rule["id"];
    EXPECT_LE(rule["fullDescription"]["text"].get<std::string>().size(), 1024u) << rule["id"];
    EXPECT_FALSE(rule["help"]["text"].get<std::string>().empty()) << rule["id"];
  }
}

TEST(RenderSarif, ResultHasWhatTheContractPromises) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const Results results = scenario.results();
  const json run = run_of(results);
  ASSERT_EQ(run["results"].size(), 1u);
  const json& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "lock-order-cycle");
  EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"],
            "lock-order-cycle");
  EXPECT_EQ(result["level"], "error");
  const std::string fingerprint = results.findings[0].fingerprint;
  EXPECT_EQ(result["partialFingerprints"]["lockweave/v1"], fingerprint);
  EXPECT_EQ(result["partialFingerprints"]["primaryLocationLineHash"], fingerprint);
  EXPECT_EQ(result["properties"]["how"], "observed");
  EXPECT_EQ(result["properties"]["locks"], json({"a", "b"}));
  const json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "bank.cc");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "SRCROOT");
  for (const char* number : {"startLine", "startColumn", "endLine", "endColumn"}) {
    EXPECT_TRUE(place["region"][number].is_number_unsigned()) << number;
  }
  EXPECT_EQ(run["originalUriBaseIds"]["SRCROOT"]["uri"], "file:///opt/sample/");
}

TEST(RenderSarif, OneThreadFlowPerThread) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const json run = run_of(scenario.results());
  const json& flows = run["results"][0]["codeFlows"][0]["threadFlows"];
  ASSERT_EQ(flows.size(), 2u);
  EXPECT_EQ(flows[0]["id"], "thread 0.1 \"one\"");
  const json& step = flows[1]["locations"][1];
  EXPECT_EQ(step["location"]["message"]["text"], "wants `a` while it holds `b`");
  EXPECT_EQ(step["properties"]["held"], json({"b"}));
  EXPECT_EQ(step["executionOrder"], 4);
}

TEST(RenderSarif, FilesOutsideTheRootAreAbsoluteAndEscaped) {
  Results results;
  model::Finding& finding = results.findings.emplace_back();
  finding.rule = "deadlock";
  finding.place.file = "/elsewhere/a b#1.cc";
  finding.place.line = 3;
  const json run = run_of(results);
  const json& artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
  EXPECT_EQ(artifact["uri"], "file:///elsewhere/a%20b%231.cc");
  EXPECT_FALSE(artifact.contains("uriBaseId"));
}

TEST(RenderSarif, WhatIsNotPrintedIsANotification) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id a = process.object("a");
  const model::Id b = process.object("b");
  process.take(1, b, "f bank.cc:2", process.take(1, a, "f bank.cc:1"));
  process.take(1, a, "g bank.cc:4", process.take(1, b, "g bank.cc:3"));
  process.lost("observations", 2);
  const json run = run_of(scenario.results());
  EXPECT_TRUE(run["results"].empty());
  const json& notifications = run["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notifications.size(), 2u);
  EXPECT_EQ(notifications[0]["descriptor"]["id"], "filtered-cycle");
  EXPECT_EQ(notifications[1]["descriptor"]["id"], "lost-coverage");
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], true);
}

// The files that tests/e2e/sarif holds against the schema.
TEST(RenderSarif, StatesAgainstABaseline) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  Results results = scenario.results();
  results.comparison = Comparison{
      {}, {{"0123456789abcdef", "lock-leak", model::Level::warning, "src/old.cc:3: it was", {}}}};
  const json list = json::parse(render_sarif(results, "/opt"))["runs"][0]["results"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["baselineState"], "new");
  EXPECT_EQ(list[1]["baselineState"], "absent");
  EXPECT_EQ(list[1]["partialFingerprints"]["lockweave/v1"], "0123456789abcdef");
  const json& place = list[1]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "src/old.cc");
  EXPECT_EQ(place["region"]["startLine"], 3);
  results.comparison->known.insert(results.findings[0].fingerprint);
  EXPECT_EQ(json::parse(render_sarif(results, "/opt"))["runs"][0]["results"][0]["baselineState"],
            "unchanged");
}

TEST(RenderSarif, WritesSamplesForTheSchemaTest) {
  const char* asked = std::getenv("LOCKWEAVE_SARIF_SAMPLES");
  const std::string folder = asked != nullptr ? asked : testing::TempDir();
  Scenario scenario;
  RecordBuilder& process = scenario.process("/opt/sample/test1", 1);
  add_opposite_orders(process);
  const model::Id leaked = process.object("leaked");
  process.finding("lock-leak", "", {process.step(1, model::Action::acquires, leaked, "?0")});
  process.finding("unlock-not-held", "not-locked",
                  {process.step(1, model::Action::releases, leaked, "")});
  process.lost("observations", 2);
  Results results = scenario.results("deadlock:nothing");
  results.low_confidence.push_back(results.findings[0]);
  results.filtered.push_back({results.findings[0], "because"});
  EXPECT_EQ(write_file(folder + "/findings.sarif", render_sarif(results, "/opt/sample")), "");
  results.comparison = Comparison{
      {results.findings[0].fingerprint},
      {{"0123456789abcdef", "lock-leak", model::Level::warning, "src/old.cc:3: it was there", {}},
       {"fedcba9876543210", "gone-rule", model::Level::note, "", {}}}};
  EXPECT_EQ(write_file(folder + "/compared.sarif", render_sarif(results, "/opt/sample")), "");
  EXPECT_EQ(write_file(folder + "/clean.sarif", render_sarif(Results(), "/")), "");
}

}  // namespace
}  // namespace lockweave::cli::test
