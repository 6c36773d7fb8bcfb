// tests/unit/tools/sarif_reader_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/sarif_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "report/messages.h"
#include "report/render_sarif.h"
#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

using nlohmann::json;

SarifFile read(const std::string& text) {
  model::ReadError error;
  std::optional<SarifFile> file = read_sarif(text, "x.sarif", error);
  EXPECT_TRUE(file) << error.message;
  return file ? std::move(*file) : SarifFile();
}

// A foreign file with one result, whose parts `change` may set.
json foreign(const json& change = json::object()) {
  json result = {{"ruleId", "bad-thing"},
                 {"message", {{"text", "this is bad"}}},
                 {"locations",
                  {{{"physicalLocation",
                     {{"artifactLocation", {{"uri", "src/a%20b.c"}}},
                      {"region", {{"startLine", 7}, {"startColumn", 3}}}}}}}}};
  result.update(change);
  return {{"version", "2.1.0"},
          {"runs", json::array({{{"tool", {{"driver", {{"name", "othertool"}}}}},
                                 {"results", json::array({result})}}})}};
}

TEST(ReadSarif, OwnFindingsComeBack) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  Results results = scenario.results();
  ASSERT_EQ(results.findings.size(), 1u);
  results.findings[0].accesses = {"0123456789abcdef"};
  const model::Finding& out = results.findings[0];
  const SarifFile file = read(render_sarif(results, "/opt"));
  ASSERT_EQ(file.results.size(), 1u);
  EXPECT_FALSE(file.results[0].foreign);
  const model::Finding& back = file.results[0].finding;
  EXPECT_EQ(back.rule, out.rule);
  EXPECT_EQ(back.level, out.level);
  EXPECT_EQ(back.how, out.how);
  EXPECT_EQ(back.message, out.message);
  EXPECT_EQ(back.hint, out.hint);
  EXPECT_EQ(back.fingerprint, out.fingerprint);
  EXPECT_EQ(back.locks, out.locks);
  EXPECT_EQ(back.seen_in, out.seen_in);
  EXPECT_EQ(back.accesses, out.accesses);
  const model::HeldLock& held = out.flows[1].steps[1].held.at(0);
  const model::HeldLock& held_back = back.flows[1].steps[1].held.at(0);
  EXPECT_EQ(held_back.lock, held.lock);
  EXPECT_EQ(held_back.stack.at(0).line, held.stack.at(0).line);
  EXPECT_EQ(held_back.stack.at(0).function, held.stack.at(0).function);
  EXPECT_EQ(back.place.file, out.place.file);
  EXPECT_EQ(back.place.line, out.place.line);
  ASSERT_EQ(back.flows.size(), out.flows.size());
  EXPECT_EQ(step_words(back.flows[1].steps[1]), step_words(out.flows[1].steps[1]));
  EXPECT_EQ(back.flows[1].steps[1].held[0].lock, out.flows[1].steps[1].held[0].lock);
}

TEST(ReadSarif, WhoKeepsAThreadWaitingComesBack) {
  const std::pair<model::Other, std::string> ways[] = {
      {model::Other::holder, "wants `table`, held by thread 0.1"},
      {model::Other::itself, "wants `table`, which it holds already"},
      {model::Other::ahead, "wants `table`, behind thread 0.1, which waits for it"}};
  for (const auto& [other_is, words] : ways) {
    model::FlowStep step;
    step.action = model::Action::wants;
    step.object = "table";
    step.other = "thread 0.1";
    step.other_is = other_is;
    Results results;
    model::Finding& finding = results.findings.emplace_back();
    finding.rule = "deadlock";
    finding.fingerprint = "0123456789abcdef";
    finding.flows = {{"main thread", "", {}, {step}}};
    const std::string text = render_sarif(results, "/opt");
    EXPECT_EQ(text.find("otherIsOwn") != text.npos, other_is == model::Other::itself);
    EXPECT_EQ(text.find("otherIsAhead") != text.npos, other_is == model::Other::ahead);
    const model::FlowStep back = read(text).results.at(0).finding.flows.at(0).steps.at(0);
    EXPECT_EQ(back.other_is, other_is);
    EXPECT_EQ(step_words(back), words);
  }
}

TEST(ReadSarif, WrittenAgainItIsTheSame) {
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const std::string first = render_sarif(scenario.results(), "/opt");
  Results results;
  for (SarifResult& one : read(first).results) results.findings.push_back(one.finding);
  EXPECT_EQ(json::parse(render_sarif(results, "/opt"))["runs"][0]["results"],
            json::parse(first)["runs"][0]["results"]);
}

TEST(ReadSarif, ForeignResultsAreNamedByRuleFileAndMessage) {
  const auto fingerprint = [](const json& change) {
    return read(foreign(change).dump()).results.at(0).finding.fingerprint;
  };
  const SarifResult one = read(foreign().dump()).results.at(0);
  EXPECT_TRUE(one.foreign);
  EXPECT_EQ(one.tool, "othertool");
  EXPECT_EQ(one.finding.level, model::Level::warning);
  EXPECT_EQ(one.finding.place.file, "src/a b.c");
  EXPECT_EQ(one.finding.place.line, 7u);
  EXPECT_EQ(one.finding.fingerprint.size(), 16u);
  EXPECT_EQ(one.finding.hint, "reported by `othertool`");
  EXPECT_NE(fingerprint({{"ruleId", "other"}}), one.finding.fingerprint);
  EXPECT_NE(fingerprint({{"message", {{"text", "else"}}}}), one.finding.fingerprint);
  json moved = foreign();
  moved["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 70;
  EXPECT_EQ(read(moved.dump()).results.at(0).finding.fingerprint, one.finding.fingerprint);
}

TEST(ReadSarif, OnlyWhatIsWrongNowCounts) {
  const auto count = [](const json& change) { return read(foreign(change).dump()).results.size(); };
  EXPECT_EQ(count({{"kind", "fail"}}), 1u);
  EXPECT_EQ(count({{"kind", "pass"}}), 0u);
  EXPECT_EQ(count({{"level", "none"}}), 0u);
  EXPECT_EQ(count({{"baselineState", "absent"}}), 0u);
  EXPECT_EQ(count({{"baselineState", "unchanged"}}), 1u);
  EXPECT_EQ(count({{"suppressions", json::array({{{"kind", "inSource"}}})}}), 0u);
  EXPECT_EQ(
      count({{"suppressions", json::array({{{"kind", "external"}, {"status", "rejected"}}})}}), 1u);
  EXPECT_EQ(count({{"suppressions", json::array()}}), 1u);
}

TEST(ReadSarif, LevelAndMessageOfTheRule) {
  json file = foreign({{"ruleIndex", 0}, {"message", {{"id", "m"}, {"arguments", {"x", "y"}}}}});
  file["runs"][0]["tool"]["driver"]["rules"] =
      json::array({{{"id", "bad-thing"},
                    {"defaultConfiguration", {{"level", "error"}}},
                    {"messageStrings", {{"m", {{"text", "{0} before {1}"}}}}}}});
  const model::Finding finding = read(file.dump()).results.at(0).finding;
  EXPECT_EQ(finding.level, model::Level::error);
  EXPECT_EQ(finding.message, "x before y");
}

TEST(ReadSarif, HolesAreFilledOnceEach) {
  const auto message = [](const char* text, const json& arguments) {
    return read(foreign({{"message", {{"text", text}, {"arguments", arguments}}}}).dump())
        .results.at(0)
        .finding.message;
  };
  EXPECT_EQ(message("{1}{0}{1}", json::array({"a{1}", "b"})), "ba{1}b");
  EXPECT_EQ(message("{2} {x} {} { {0", json::array({"a"})), "{2} {x} {} { {0");
  EXPECT_EQ(message("{-1}{99999999999999999999}{0", json::array({"a"})),
            "{-1}{99999999999999999999}{0");
  const std::string grown = message("{0}{0}", json::array({std::string(2 << 20, 'y')}));
  EXPECT_EQ(grown.size(), (2u << 20) + 3);
}

TEST(ReadSarif, BasesOfPaths) {
  json file = foreign();
  json& artifact =
      file["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
  artifact["uriBaseId"] = "SUB";
  file["runs"][0]["originalUriBaseIds"] = {{"ROOT", {{"uri", "file:///home/x%25/"}}},
                                           {"SUB", {{"uri", "sub/"}, {"uriBaseId", "ROOT"}}},
                                           {"RING", {{"uri", "r/"}, {"uriBaseId", "RING"}}}};
  EXPECT_EQ(read(file.dump()).results.at(0).finding.place.file, "/home/x%/sub/src/a b.c");
  artifact["uriBaseId"] = "RING";
  EXPECT_TRUE(read(file.dump()).results.at(0).finding.place.file.ends_with("r/src/a b.c"));
}

TEST(ReadSarif, AToolThatDidNotFinish) {
  json file = foreign();
  EXPECT_TRUE(read(file.dump()).finished);
  file["runs"][0]["invocations"] = json::array({{{"executionSuccessful", false}}});
  EXPECT_FALSE(read(file.dump()).finished);
}

TEST(ReadSarif, WhatIsNoSarifIsRefused) {
  const auto error_of = [](const std::string& text) {
    model::ReadError error;
    EXPECT_FALSE(read_sarif(text, "x.sarif", error)) << text;
    EXPECT_FALSE(error.remedy.empty());
    return error;
  };
  EXPECT_EQ(error_of("{\n\"runs\": [\n").line, 3u);
  EXPECT_EQ(error_of("").line, 1u);
  EXPECT_NE(error_of("{}").message.find("no SARIF"), std::string::npos);
  EXPECT_NE(error_of("[1]").message.find("no SARIF"), std::string::npos);
  EXPECT_NE(error_of(R"({"version":"1.0.0","runs":[]})").message.find("1.0.0"), std::string::npos);
}

// Any value in place of any other: an answer, never a crash.
TEST(ReadSarif, ValuesOfAnotherType) {
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  Scenario scenario;
  add_opposite_orders(scenario.process());
  const json good = json::parse(render_sarif(scenario.results(), "/opt"));
  const json flat = good["runs"][0]["results"].flatten();
  std::vector<json::json_pointer> places;
  for (const auto& [pointer, value] : flat.items())
    places.emplace_back("/runs/0/results" + pointer);
  const std::vector<json> values{nullptr,        1,   -1, 1e300, "text", json::array(),
                                 json::object(), true};
  for (int turn = 0; turn < 500; ++turn) {
    json bad = good;
    json::json_pointer at = places[random() % places.size()];
    for (std::size_t up = random() % 4; up > 0 && !at.parent_pointer().empty(); --up) {
      at = at.parent_pointer();
    }
    bad[at] = values[random() % values.size()];
    model::ReadError error;
    const auto file = read_sarif(bad.dump(), "x.sarif", error);
    EXPECT_TRUE(file || !error.message.empty()) << "seed " << seed << " at " << at.to_string();
  }
}

std::string why_refused(const std::string& text) {
  model::ReadError error;
  EXPECT_FALSE(read_sarif(text, "x.sarif", error)) << text;
  EXPECT_EQ(error.path, "x.sarif");
  return error.message;
}

TEST(ReadSarif, AWrongTypeAnywhereIsRefused) {
  const auto with_runs = [](const std::string& runs) {
    return why_refused(R"({"version":"2.1.0","runs":)" + runs + "}");
  };
  EXPECT_EQ(with_runs(R"(["x",1,null])"), "malformed SARIF: `runs[0]` is a string, not an object");
  EXPECT_EQ(with_runs(R"([{"results":{}}])"),
            "malformed SARIF: `runs[0].results` is an object, not a list");
  EXPECT_EQ(with_runs(R"([{"results":[null]}])"),
            "malformed SARIF: `runs[0].results[0]` is null, not an object");
  EXPECT_EQ(
      with_runs(R"([{"invocations":[{"executionSuccessful":"no"}]}])"),
      "malformed SARIF: `runs[0].invocations[0].executionSuccessful` is a string, not true or "
      "false");
  const auto with = [](const json& change) { return why_refused(foreign(change).dump()); };
  for (const char* key : {"ruleId", "message", "locations", "suppressions", "partialFingerprints",
                          "codeFlows", "level", "kind", "baselineState", "ruleIndex"}) {
    EXPECT_NE(with({{key, json::array({true})}}).find(std::string("`runs[0].results[0].") + key),
              std::string::npos);
  }
  EXPECT_EQ(with({{"kind", "passs"}}),
            "malformed SARIF: `runs[0].results[0].kind` is `passs`, none of pass, open, "
            "informational, notApplicable, review, fail");
  EXPECT_NE(with({{"locations", {{{"physicalLocation", {{"region", {{"startLine", -1}}}}}}}}}), "");
}

TEST(ReadSarif, WhatMayBeMissingMayBeMissing) {
  EXPECT_TRUE(read(R"({"version":"2.1.0","runs":[]})").results.empty());
  EXPECT_TRUE(read(R"({"version":"2.1.0","runs":[{"results":null}]})").results.empty());
  EXPECT_EQ(read(R"({"version":"2.1.0","runs":[{"results":[{}]}]})").results.size(), 1u);
  EXPECT_EQ(read(foreign({{"ruleIndex", -1}}).dump()).results.size(), 1u);
}

TEST(ReadSarif, DeepNestingIsRefusedBeforeItIsParsed) {
  for (const std::size_t depth : {300u, 200'000u, 5'000'000u}) {
    const std::string text =
        R"({"version":"2.1.0","runs":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    EXPECT_NE(why_refused(text).find("nested more than 256 deep"), std::string::npos);
  }
  EXPECT_NE(why_refused(std::string(200'000, '[')).find("deep"), std::string::npos);
  json words = foreign({{"message", {{"text", std::string(1000, '[') + "\\\"{{{"}}}});
  EXPECT_EQ(read(words.dump()).results.size(), 1u) << "brackets in strings nest nothing";
}

}  // namespace
}  // namespace lockweave::cli::test
