// tools/lockweave/cases/case_json.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <nlohmann/json.hpp>

#include "report/visible.h"
#include "tools/lockweave/cases/case_report.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

json wish_json(const Wish& wish) {
  json list = json::array();
  for (const Spot& spot : wish.exact) list.push_back({{"rule", spot.rule}, {"lines", {spot.line}}});
  for (const auto& [rule, lines] : wish.either) list.push_back({{"rule", rule}, {"lines", lines}});
  return list;
}

json findings_json(const std::vector<CaseFinding>& found) {
  json list = json::array();
  for (const CaseFinding& one : found) {
    list.push_back({{"rule", one.spot.rule},
                    {"file", one.file},
                    {"line", one.line},
                    {"message", one.message}});
  }
  return list;
}

json half_json(const HalfResult& half, const Wish& wish) {
  const CaseRun& run = half.telling();
  json object = {{"expected", wish_json(wish)},
                 {"found", findings_json(run.found)},
                 {"missing", run.difference.missing},
                 {"unexpected", findings_json(run.difference.unexpected)},
                 {"complaints", run.complaints},
                 {"runs", half.runs.size()},
                 {"runs_that_differ", half.runs_that_differ()},
                 {"verdict", to_string(half.verdict())}};
  if (!half.later.empty()) object["later"] = half.later;
  return object;
}

json case_json(const CaseResult& result) {
  json object = {{"topic", result.of.topic},
                 {"program", result.of.name},
                 {"form", result.of.form},
                 {"source", result.of.source},
                 {"command", result.of.command},
                 {"verdict", to_string(result.verdict())},
                 {"runtime", half_json(result.runtime, result.of.expectation.runtime)}};
  if (result.analyzer) {
    object["analyzer"] = half_json(*result.analyzer, result.of.expectation.analyzer);
  }
  return object;
}

}  // namespace

std::string render_cases_json(const std::vector<CaseResult>& results) {
  json cases = json::array();
  json summary = json::object();
  for (const Verdict one :
       {Verdict::as_expected, Verdict::not_run, Verdict::differs, Verdict::tool_failed}) {
    summary[std::string(to_string(one))] = 0;
  }
  for (const CaseResult& result : results) {
    cases.push_back(case_json(result));
    json& count = summary[std::string(to_string(result.verdict()))];
    count = count.get<int>() + 1;
  }
  const json document = {{"lockweave", "cases"},
                         {"version", 1},
                         {"cases", std::move(cases)},
                         {"summary", std::move(summary)}};
  return visible_json(document.dump(2, ' ', false, json::error_handler_t::replace)) + "\n";
}

}  // namespace lockweave::cli
