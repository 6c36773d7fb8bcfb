// report/render_sarif.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/render_sarif.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "model/rule_catalog.h"
#include "report/messages.h"
#include "report/snippet.h"
#include "report/text.h"
#include "report/visible.h"

namespace lockweave::cli {
namespace {

using nlohmann::json;

json text_json(std::string_view text) { return {{"text", text}}; }

// A path as the path part of a URI (RFC 3986): '/' stays, all else that is reserved is escaped.
std::string uri_path(std::string_view path) {
  return percent_escape(path, "\"#<>?[\\]^`{|}:@!$&'()*+,;=");
}

class Writer {
 public:
  explicit Writer(std::string_view root) : root_(root) {}
  std::string root_uri() const {
    return "file://" + uri_path(root_) + (root_.ends_with('/') ? "" : "/");
  }
  json document(const Results& results);

 private:
  json rule(const model::Rule& rule) const;
  json result(const model::Finding& finding);
  json absent_result(const BaselineEntry& entry);
  json code_flow(const model::Finding& finding);
  json places_of_held(const model::FlowStep& step);
  json step_location(const model::FlowStep& step, int order);
  json location(const model::Site& site);
  json physical_location(const model::Site& site);
  json stack(const std::vector<model::Site>& frames);
  json notifications(const Results& results);
  json notification(std::string_view id, model::Level level, const std::string& text) const;
  json notification_of(const model::Finding& finding, const std::string& id,
                       const std::string& reason);

  std::string root_;
  Sources sources_;
};

// ---- places ------------------------------------------------------------------------------------

json Writer::physical_location(const model::Site& site) {
  const std::string relative = below(site.file, root_);
  json artifact = json::object();
  if (relative != site.file) {
    artifact = {{"uri", uri_path(relative)}, {"uriBaseId", "SRCROOT"}};
  } else {
    artifact = {{"uri", (site.file.starts_with('/') ? "file://" : "") + uri_path(site.file)}};
  }
  json place = {{"artifactLocation", std::move(artifact)}};
  if (site.line != 0) {
    const auto columns = sources_.columns_of(site.file, site.line, site.column);
    const std::uint32_t begin = columns ? columns->first : std::max(site.column, 1u);
    const std::uint32_t end = columns ? columns->second : begin + 1;
    place["region"] = {{"startLine", site.line},
                       {"startColumn", begin},
                       {"endLine", site.line},
                       {"endColumn", end}};
  }
  return place;
}

json Writer::location(const model::Site& site) {
  json place = json::object();
  if (!site.file.empty()) place["physicalLocation"] = physical_location(site);
  std::string name = site.function;
  if (name.empty() && site.file.empty() && !site.module.empty()) {
    name = std::string(base_name(site.module)) + "+" + hex(site.offset);
  }
  if (!name.empty()) {
    place["logicalLocations"] = json::array({{{"fullyQualifiedName", name}, {"kind", "function"}}});
  }
  return place;
}

json Writer::stack(const std::vector<model::Site>& frames) {
  json list = json::array();
  for (const model::Site& site : frames) {
    json frame = {{"location", location(site)}};
    if (!site.module.empty()) frame["module"] = std::string(base_name(site.module));
    list.push_back(std::move(frame));
  }
  return {{"frames", std::move(list)}};
}

// ---- results -----------------------------------------------------------------------------------

std::vector<std::string> held_names(const model::FlowStep& step) {
  std::vector<std::string> names;
  for (const model::HeldLock& held : step.held) names.push_back(held.lock);
  return names;
}

std::string text_with_held(const model::FlowStep& step) {
  std::vector<std::string> names = held_names(step);
  if (names.empty()) return step_words(step);
  for (std::string& name : names) name = ticked(name);
  return step_words(step) + " while it holds " + listed(names);
}

// Where each was taken: by that a deadlock is known to be what a cycle of another run became.
json Writer::places_of_held(const model::FlowStep& step) {
  json places = json::array();
  for (const model::HeldLock& held : step.held) {
    places.push_back(location(held.stack.empty() ? model::Site() : held.stack.front()));
  }
  return places;
}

json Writer::step_location(const model::FlowStep& step, int order) {
  json place = location(step.stack.empty() ? model::Site() : step.stack.front());
  place["message"] = text_json(text_with_held(step));
  json one = {{"location", std::move(place)},
              {"executionOrder", order},
              {"importance", "essential"},
              {"properties", {{"held", held_names(step)}}}};
  json& properties = one["properties"];
  properties["words"] = step_words(step);
  if (step.action) {
    properties["action"] = model::to_string(*step.action);
    properties["object"] = step.object;
    properties["kind"] = model::to_string(step.kind);
    properties["mode"] = model::to_string(step.mode);
    if (step.count != 1) properties["count"] = step.count;
    if (!step.other.empty()) properties["other"] = step.other;
    if (step.other_is == model::Other::itself) properties["otherIsOwn"] = true;
    if (step.other_is == model::Other::ahead) properties["otherIsAhead"] = true;
  }
  if (!step.held.empty()) properties["heldAt"] = places_of_held(step);
  if (!step.stack.empty()) one["stack"] = stack(step.stack);
  return one;
}

json Writer::code_flow(const model::Finding& finding) {
  json flows = json::array();
  int order = 1;
  for (const model::Flow& flow : finding.flows) {
    if (flow.steps.empty()) continue;
    json steps = json::array();
    for (const model::FlowStep& step : flow.steps) steps.push_back(step_location(step, order++));
    std::string thread = flow.thread;
    if (!flow.process.empty()) thread += " of " + flow.process;
    json one = {{"id", thread}, {"message", text_json(thread)}, {"locations", std::move(steps)}};
    if (!flow.created.empty()) {
      one["properties"] = {{"created", location(flow.created.front())}};
    }
    flows.push_back(std::move(one));
  }
  return {{"threadFlows", std::move(flows)}};
}

std::size_t rule_index(std::string_view id) {
  const auto rules = model::all_rules();
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [id](const model::Rule& known) { return known.id == id; });
  return static_cast<std::size_t>(rule - rules.begin());
}

json Writer::result(const model::Finding& finding) {
  std::string message = finding.message;
  if (!finding.hint.empty()) message += "\nhelp: " + finding.hint;
  json one = {
      {"ruleId", finding.rule},
      {"level", model::to_string(finding.level)},
      {"message", text_json(message)},
      {"partialFingerprints",
       {{"lockweave/v1", finding.fingerprint}, {"primaryLocationLineHash", finding.fingerprint}}},
      {"properties",
       {{"how", model::to_string(finding.how)},
        {"confidence", model::to_string(finding.confidence)},
        {"locks", finding.locks},
        {"seenIn", finding.seen_in}}}};
  if (!finding.accesses.empty()) one["properties"]["accesses"] = finding.accesses;
  if (model::find_rule(finding.rule) != nullptr) one["ruleIndex"] = rule_index(finding.rule);
  const json place = location(finding.place);
  one["locations"] = place.empty() ? json::array() : json::array({place});
  json flow = code_flow(finding);
  if (!flow["threadFlows"].empty()) one["codeFlows"] = json::array({std::move(flow)});
  return one;
}

// "src/bank.cc:42: what happens" -> the place; a text of another form has none.
model::Site place_in(std::string_view text) {
  model::Site site;
  const std::size_t end = text.find(": ");
  const std::string_view place = text.substr(0, end);
  const std::size_t colon = place.rfind(':');
  if (end == std::string_view::npos || colon == std::string_view::npos) return site;
  const char* const last = place.data() + place.size();
  if (std::from_chars(place.data() + colon + 1, last, site.line).ptr != last) return {};
  site.file = place.substr(0, colon);
  return site;
}

// Of what is no longer reported only the baseline's line is left.
json Writer::absent_result(const BaselineEntry& entry) {
  json one = {
      {"ruleId", entry.rule},
      {"level", model::to_string(entry.level)},
      {"message", text_json(entry.text)},
      {"baselineState", "absent"},
      {"locations", json::array()},
      {"partialFingerprints",
       {{"lockweave/v1", entry.fingerprint}, {"primaryLocationLineHash", entry.fingerprint}}}};
  if (model::find_rule(entry.rule) != nullptr) one["ruleIndex"] = rule_index(entry.rule);
  model::Site place = place_in(entry.text);
  if (!place.file.empty() && !place.file.starts_with('/')) place.file = root_ + "/" + place.file;
  if (!place.file.empty()) one["locations"].push_back(location(place));
  return one;
}

// ---- what is not a result -----------------------------------------------------------------------

json Writer::notification(std::string_view id, model::Level level, const std::string& text) const {
  return {{"descriptor", {{"id", id}}},
          {"level", model::to_string(level)},
          {"message", text_json(text)}};
}

json Writer::notification_of(const model::Finding& finding, const std::string& id,
                             const std::string& reason) {
  json one = notification(id, model::Level::note, finding.message + " (" + reason + ")");
  one["associatedRule"] = {{"id", finding.rule}};
  const json place = location(finding.place);
  if (place.contains("physicalLocation")) one["locations"] = json::array({place});
  one["properties"] = {{"reason", reason}, {"fingerprint", finding.fingerprint}};
  return one;
}

json Writer::notifications(const Results& results) {
  json list = json::array();
  for (const FilteredCycle& cycle : results.filtered) {
    list.push_back(notification_of(cycle.finding, "filtered-cycle", cycle.reason));
  }
  for (const model::Finding& finding : results.low_confidence) {
    list.push_back(notification_of(finding, "low-confidence", "low confidence"));
  }
  for (const Note& note : results.notes)
    list.push_back(notification(note.id, note.level, whole_text(note)));
  return list;
}

json Writer::rule(const model::Rule& rule) const {
  constexpr std::size_t kDescriptionMax = 1000;  // GitHub cuts at 1024
  const std::string help = std::string(rule.meaning) + "\n\nExample:\n" +
                           std::string(rule.example) + "\n\nFix: " + std::string(rule.fix) +
                           "\n\nLimits: " + std::string(rule.misses);
  return {{"id", rule.id},
          {"name", rule.id},
          {"shortDescription", text_json(rule.title)},
          {"fullDescription", text_json(rule.meaning.substr(0, kDescriptionMax))},
          {"help", text_json(help)},
          {"defaultConfiguration", {{"level", model::to_string(rule.level)}}},
          {"properties",
           {{"tags", {"concurrency"}},
            {"precision", "high"},
            {"problem.severity", model::to_string(rule.level)}}}};
}

// What the baseline says of a result.
void add_state(const Results& results, const model::Finding& finding, json& result) {
  result["baselineState"] = is_new(results, finding) ? "new" : "unchanged";
  const auto& accepted = results.comparison->accepted_as;
  const auto instead = accepted.find(finding.fingerprint);
  if (instead == accepted.end()) return;
  const BaselineEntry& entry = instead->second;
  result["properties"]["acceptedAs"] = {{"ruleId", entry.rule},
                                        {"level", model::to_string(entry.level)},
                                        {"fingerprint", entry.fingerprint}};
}

json Writer::document(const Results& results) {
  json rules = json::array();
  for (const model::Rule& one : model::all_rules()) rules.push_back(rule(one));
  json list = json::array();
  for (const model::Finding& finding : results.findings) {
    list.push_back(result(finding));
    if (results.comparison) add_state(results, finding, list.back());
  }
  if (results.comparison) {
    for (const BaselineEntry& entry : results.comparison->absent) {
      list.push_back(absent_result(entry));
    }
  }
  const json driver = {
      {"name", "lockweave"}, {"semanticVersion", LOCKWEAVE_VERSION}, {"rules", std::move(rules)}};
  const json run = {
      {"tool", {{"driver", driver}}},
      {"columnKind", "utf16CodeUnits"},
      {"originalUriBaseIds", {{"SRCROOT", {{"uri", root_uri()}}}}},
      {"invocations", json::array({{{"executionSuccessful", is_whole(results)},
                                    {"toolExecutionNotifications", notifications(results)}}})},
      {"results", std::move(list)}};
  return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
          {"version", "2.1.0"},
          {"runs", json::array({run})}};
}

}  // namespace

std::string render_sarif(const Results& results, std::string_view source_root) {
  const json document = Writer(source_root).document(results);
  return visible_json(document.dump(2, ' ', false, json::error_handler_t::replace)) + "\n";
}

}  // namespace lockweave::cli
