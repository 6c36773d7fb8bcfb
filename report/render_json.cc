// report/render_json.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/render_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/messages.h"
#include "report/visible.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

json site_json(const model::Site& site) {
  json object = json::object();
  if (!site.function.empty()) object["function"] = site.function;
  if (!site.file.empty()) object["file"] = site.file;
  if (site.line != 0) object["line"] = site.line;
  if (site.column != 0) object["column"] = site.column;
  if (site.inlined) object["inlined"] = true;
  if (!site.module.empty()) {
    object["module"] = site.module;
    object["offset"] = site.offset;
  }
  return object;
}

json stack_json(const std::vector<model::Site>& stack) {
  json frames = json::array();
  for (const model::Site& site : stack) frames.push_back(site_json(site));
  return frames;
}

json step_json(const model::FlowStep& step) {
  json held = json::array();
  for (const model::HeldLock& lock : step.held) {
    held.push_back({{"lock", lock.lock},
                    {"mode", model::to_string(lock.mode)},
                    {"stack", stack_json(lock.stack)}});
  }
  json object = {
      {"text", step_words(step)}, {"stack", stack_json(step.stack)}, {"held", std::move(held)}};
  if (!step.action) return object;
  object["action"] = model::to_string(*step.action);
  object["object"] = step.object;
  object["mode"] = model::to_string(step.mode);
  return object;
}

json flow_json(const model::Flow& flow) {
  json steps = json::array();
  for (const model::FlowStep& step : flow.steps) steps.push_back(step_json(step));
  json object = {{"thread", flow.thread}, {"steps", std::move(steps)}};
  if (!flow.process.empty()) object["process"] = flow.process;
  if (!flow.created.empty()) object["created"] = stack_json(flow.created);
  return object;
}

json finding_json(const model::Finding& finding) {
  json flows = json::array();
  for (const model::Flow& flow : finding.flows) flows.push_back(flow_json(flow));
  json object = {{"rule", finding.rule},
                 {"level", model::to_string(finding.level)},
                 {"how", model::to_string(finding.how)},
                 {"confidence", model::to_string(finding.confidence)},
                 {"message", finding.message},
                 {"hint", finding.hint},
                 {"place", site_json(finding.place)},
                 {"locks", finding.locks},
                 {"flows", std::move(flows)},
                 {"fingerprint", finding.fingerprint},
                 {"seen_in", finding.seen_in}};
  if (!finding.accesses.empty()) object["accesses"] = finding.accesses;
  return object;
}

json summary_json(const Results& results) {
  const auto count = [&results](model::Level level) {
    return std::count_if(results.findings.begin(), results.findings.end(),
                         [level](const model::Finding& one) { return one.level == level; });
  };
  return {{"errors", count(model::Level::error)},
          {"warnings", count(model::Level::warning)},
          {"notes", count(model::Level::note)},
          {"filtered", filtered_count(results)},
          {"low_confidence", results.low_confidence.size()},
          {"suppressed", results.suppressed},
          {"records", results.records},
          {"processes", results.processes},
          {"sarif_files", results.sarif_files},
          {"units", results.units},
          {"lines", results.lines},
          {"incomplete", !is_whole(results)}};
}

json entry_json(const BaselineEntry& entry) {
  return {{"fingerprint", entry.fingerprint},
          {"rule", entry.rule},
          {"level", model::to_string(entry.level)},
          {"text", entry.text}};
}

json absent_json(const Comparison& comparison) {
  json absent = json::array();
  for (const BaselineEntry& entry : comparison.absent) absent.push_back(entry_json(entry));
  return absent;
}

// What a baseline says: the state of each finding, and what is no longer reported.
void add_comparison(const Results& results, json& document) {
  json& findings = document["findings"];
  std::size_t known = 0;
  for (std::size_t i = 0; i < results.findings.size(); ++i) {
    const bool fresh = is_new(results, results.findings[i]);
    findings[i]["baseline_state"] = fresh ? "new" : "unchanged";
    const auto& accepted = results.comparison->accepted_as;
    const auto instead = accepted.find(results.findings[i].fingerprint);
    if (instead != accepted.end()) findings[i]["accepted_as"] = entry_json(instead->second);
    if (!fresh) ++known;
  }
  document["absent"] = absent_json(*results.comparison);
  document["summary"]["new"] = results.findings.size() - known;
  document["summary"]["unchanged"] = known;
  document["summary"]["absent"] = results.comparison->absent.size();
}

}  // namespace

std::string render_json(const Results& results) {
  json findings = json::array();
  for (const model::Finding& one : results.findings) findings.push_back(finding_json(one));
  json low = json::array();
  for (const model::Finding& one : results.low_confidence) low.push_back(finding_json(one));
  json filtered = json::array();
  for (const FilteredCycle& cycle : results.filtered) {
    json object = finding_json(cycle.finding);
    object["reason"] = cycle.reason;
    filtered.push_back(std::move(object));
  }
  json notes = json::array();
  for (const Note& note : results.notes) {
    json object = {
        {"id", note.id}, {"level", model::to_string(note.level)}, {"text", whole_text(note)}};
    if (!note.remedy.empty()) object["remedy"] = note.remedy;
    notes.push_back(std::move(object));
  }
  json document = {{"lockweave", "results"},          {"version", 1},
                   {"findings", std::move(findings)}, {"low_confidence", std::move(low)},
                   {"filtered", std::move(filtered)}, {"notes", std::move(notes)},
                   {"summary", summary_json(results)}};
  if (results.comparison) add_comparison(results, document);
  // Symbols can hold any bytes; what is no UTF-8 is replaced.
  return visible_json(document.dump(2, ' ', false, json::error_handler_t::replace)) + "\n";
}

}  // namespace lockweave::cli
