// tests/unit/tools/render_json_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/render_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

using nlohmann::json;

TEST(RenderJson, HoldsFindingsAndSummary) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const json document = json::parse(render_json(scenario.results()));
  EXPECT_EQ(document["lockweave"], "results");
  EXPECT_EQ(document["version"], 1);
  ASSERT_EQ(document["findings"].size(), 1u);
  const json& finding = document["findings"][0];
  EXPECT_EQ(finding["rule"], "lock-order-cycle");
  EXPECT_EQ(finding["place"]["line"], 11);
  EXPECT_EQ(finding["flows"][1]["steps"][1]["held"][0]["lock"], "b");
  EXPECT_EQ(document["summary"]["errors"], 1);
  EXPECT_EQ(document["summary"]["incomplete"], false);
}

TEST(RenderJson, StatesAgainstABaseline) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  Results results = scenario.results();
  EXPECT_FALSE(json::parse(render_json(results))["findings"][0].contains("baseline_state"));
  results.comparison = Comparison{
      {}, {{"0123456789abcdef", "lock-leak", model::Level::warning, "src/old.cc:3: it was", {}}}};
  const json document = json::parse(render_json(results));
  EXPECT_EQ(document["findings"][0]["baseline_state"], "new");
  EXPECT_EQ(document["absent"][0]["rule"], "lock-leak");
  EXPECT_EQ(document["summary"]["new"], 1);
  EXPECT_EQ(document["summary"]["unchanged"], 0);
  EXPECT_EQ(document["summary"]["absent"], 1);
}

TEST(RenderJson, FindingsDoNotDependOnTheOrderOfRecords) {
  const auto findings = [](std::vector<std::string> programs) {
    Scenario scenario;
    for (const std::string& program : programs) add_opposite_orders(scenario.process(program));
    return json::parse(render_json(scenario.results()))["findings"];
  };
  EXPECT_EQ(findings({"/opt/test1", "/opt/test2"}), findings({"/opt/test2", "/opt/test1"}));
}

TEST(RenderJson, NamesThatAreNoUtf8DoNotBreakIt) {
  Results results;
  model::Finding& finding = results.findings.emplace_back();
  finding.message = "bad \xff name";
  EXPECT_TRUE(json::accept(render_json(results)));
}

}  // namespace
}  // namespace lockweave::cli::test
