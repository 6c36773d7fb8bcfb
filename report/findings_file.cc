// report/findings_file.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/findings_file.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "report/render_json.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

constexpr const char* kVersionKey = "lockweave-findings";
constexpr int kVersion = 1;

// The value whose name is `word`.
template <typename T, std::size_t N>
T named(const std::string& word, const std::array<T, N>& values) {
  for (const T value : values) {
    if (word == model::to_string(value)) return value;
  }
  throw std::invalid_argument("`" + word + "` is not known");
}

model::Level level_of(const json& object) {
  return named(object.at("level").get<std::string>(),
               std::array{model::Level::note, model::Level::warning, model::Level::error});
}

model::Site site_of(const json& object) {
  model::Site site;
  site.function = object.value("function", "");
  site.file = object.value("file", "");
  site.line = object.value("line", 0u);
  site.column = object.value("column", 0u);
  site.inlined = object.value("inlined", false);
  site.module = object.value("module", "");
  site.offset = object.value("offset", std::uint64_t{0});
  return site;
}

std::vector<model::Site> stack_of(const json& list) {
  std::vector<model::Site> stack;
  for (const json& site : list) stack.push_back(site_of(site));
  return stack;
}

model::HeldLock held_of(const json& object) {
  return {object.at("lock"),
          named(object.at("mode").get<std::string>(),
                std::array{model::Mode::exclusive, model::Mode::shared}),
          stack_of(object.at("stack"))};
}

model::Flow flow_of(const json& object) {
  model::Flow flow;
  flow.thread = object.at("thread");
  flow.process = object.value("process", "");
  if (object.contains("created")) flow.created = stack_of(object.at("created"));
  for (const json& one : object.at("steps")) {
    model::FlowStep step;
    step.text = one.at("text");
    step.stack = stack_of(one.at("stack"));
    for (const json& held : one.at("held")) step.held.push_back(held_of(held));
    flow.steps.push_back(std::move(step));
  }
  return flow;
}

model::Finding finding_of(const json& object) {
  model::Finding finding;
  finding.rule = object.at("rule");
  finding.level = level_of(object);
  finding.how = named(object.at("how").get<std::string>(),
                      std::array{model::How::observed, model::How::predicted,
                                 model::How::static_analysis, model::How::confirmed});
  finding.confidence =
      named(object.at("confidence").get<std::string>(),
            std::array{model::Confidence::low, model::Confidence::medium, model::Confidence::high});
  finding.message = object.at("message");
  finding.hint = object.at("hint");
  finding.place = site_of(object.at("place"));
  finding.locks = object.at("locks");
  for (const json& flow : object.at("flows")) finding.flows.push_back(flow_of(flow));
  finding.fingerprint = object.at("fingerprint");
  finding.seen_in = object.at("seen_in");
  if (object.contains("accesses")) finding.accesses = object.at("accesses");
  return finding;
}

// The text is followed by the remedy, where there is one (whole_text).
Note note_of(const json& object) {
  Note note{object.at("id"), level_of(object), object.at("text")};
  note.remedy = object.value("remedy", "");
  const std::size_t behind = whole_text({{}, {}, {}, note.remedy}).size();
  note.text.resize(note.text.size() - std::min(note.text.size(), behind));
  return note;
}

AnalyzerReport report_of(const json& document) {
  if (document.at(kVersionKey) != kVersion) throw std::invalid_argument("it has another version");
  AnalyzerReport report;
  Results& results = report.results;
  for (const json& one : document.at("findings")) results.findings.push_back(finding_of(one));
  for (const json& one : document.at("low_confidence")) {
    results.low_confidence.push_back(finding_of(one));
  }
  for (const json& one : document.at("filtered")) {
    results.filtered.push_back({finding_of(one), one.at("reason")});
  }
  for (const json& one : document.at("notes")) {
    results.notes.push_back(note_of(one));
  }
  results.suppressed = document.at("summary").at("suppressed");
  results.incomplete = document.at("incomplete");
  results.search_cut = document.at("search_cut");
  results.cycles_left_out = document.at("cycles_left_out");
  results.more_filtered = document.at("more_filtered");
  report.suppressions = document.at("suppressions");
  report.units = document.at("units");
  report.whole = document.at("whole");
  report.lines = document.at("lines");
  return report;
}

}  // namespace

std::string write_findings(const AnalyzerReport& report) {
  json document = json::parse(render_json(report.results));
  document[kVersionKey] = kVersion;
  document["suppressions"] = report.suppressions;
  document["units"] = report.units;
  document["whole"] = report.whole;
  document["incomplete"] = report.results.incomplete;
  document["search_cut"] = report.results.search_cut;
  document["cycles_left_out"] = report.results.cycles_left_out;
  document["more_filtered"] = report.results.more_filtered;
  document["lines"] = report.lines;
  return document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<AnalyzerReport> read_findings(std::string_view text, const std::string& path,
                                            model::ReadError& error) {
  try {
    return report_of(json::parse(text));
  } catch (const std::exception& bad) {
    error = {path, 0, std::string("no findings of lockweave-analyze: ") + bad.what(),
             "install lockweave and lockweave-analyze from one build"};
    return std::nullopt;
  }
}

}  // namespace lockweave::cli
