// analyzer/rules/telling.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/telling.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "model/fingerprint.h"
#include "model/rule_catalog.h"

namespace lockweave::analyzer::rules {
namespace {

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

model::Mode mode_of(summary::Mode mode) {
  return mode == summary::Mode::shared ? model::Mode::shared : model::Mode::exclusive;
}

// "FILE|ns::mu" -> "ns::mu"
std::string without_file(const std::string& key) { return key.substr(key.rfind('|') + 1); }

std::vector<model::KeySite> views_of(const std::vector<Key>& keys) {
  std::vector<model::KeySite> views;
  for (const Key& key : keys) {
    views.push_back({.function = key.site.function,
                     .module = {},
                     .offset = 0,
                     .line = key.site.line,
                     .column = key.site.column,
                     .mode = key.mode});
  }
  return views;
}

}  // namespace

std::string ticked(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string listed(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

std::string ticked_locks(const std::vector<Held>& held) {
  std::vector<std::string> names;
  for (const Held& one : held) {
    std::string name = ticked(told_name(one.lock));
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return names.empty() ? "a lock" : listed(names);
}

model::Finding Teller::begin(std::string_view rule, model::Confidence confidence) const {
  model::Finding finding;
  finding.rule = rule;
  finding.how = model::How::static_analysis;
  finding.confidence = confidence;
  if (const model::Rule* known = model::find_rule(rule)) finding.level = known->level;
  return finding;
}

model::Site Teller::site(FunctionId function, summary::Place place) const {
  model::Site site;
  site.function = program_.functions[function].function->name;
  site.file = program_.file_of(function, place);
  site.line = place.line;
  site.column = place.column;
  return site;
}

std::vector<model::Site> Teller::stack(const Trace& trace) const {
  std::vector<model::Site> all;
  std::vector<model::Site> users;
  bool in_wrapper = true;  // the innermost frames only
  std::vector<const link::TraceStep*> steps;
  for (const link::TraceStep* step = trace.get(); step != nullptr; step = step->inner.get()) {
    steps.push_back(step);
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const Linked& linked = program_.functions[(*step)->function];
    all.push_back(site((*step)->function, (*step)->op->place));
    if (linked.function->in_system_header) continue;
    in_wrapper = in_wrapper && linked.lock_wrapper && std::next(step) != steps.rend();
    if (!in_wrapper) users.push_back(all.back());
  }
  return users.empty() ? all : users;
}

Key Teller::key(const Trace& trace, summary::Mode mode) const {
  return {place(trace), mode_of(mode)};
}

std::string Teller::variable_key(const Path& variable) const {
  const bool is_member = std::any_of(variable.fields.begin(), variable.fields.end(),
                                     [](const std::string& field) { return field[0] != '['; });
  if (is_member) return model::plain_function_name(without_file(class_key(variable)));
  const std::string& key = variable.symbol;
  const auto known = program_.variables.find(key);
  if (known != program_.variables.end()) return model::plain_function_name(known->second->name);
  const std::string around =
      variable.root == Root::local ? function_around(key.substr(0, key.rfind('|'))) : "";
  return around.empty() ? without_file(key) : model::variable_begun_in(around);
}

// `place_of_local`: "FILE:LINE:COLUMN".
std::string Teller::function_around(std::string_view place_of_local) const {
  const std::size_t column = place_of_local.rfind(':');
  const std::size_t line = column == 0 ? column : place_of_local.rfind(':', column - 1);
  if (column == std::string_view::npos || line == std::string_view::npos) return "";
  const std::string_view file = place_of_local.substr(0, line);
  const auto at = static_cast<std::uint32_t>(
      std::strtoul(std::string(place_of_local.substr(line + 1)).c_str(), nullptr, 10));
  const summary::Function* innermost = nullptr;
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    const summary::Function& function = *program_.functions[id].function;
    const bool around = function.place.line <= at && at <= function.end.line &&
                        program_.file_of(id, function.place) == file;
    if (around && (innermost == nullptr || function.place >= innermost->place)) {
      innermost = &function;
    }
  }
  return innermost == nullptr ? "" : innermost->name;
}

std::string Teller::thread(std::uint32_t root) const {
  if (root >= program_.roots.size() || !is_real(program_.roots[root])) return "any thread";
  const link::ThreadRoot& begun = program_.roots[root];
  if (begun.what == "declared") {
    return "thread of " + without_anonymous(program_.functions[begun.function].function->name);
  }
  if (begun.spawn == nullptr) return "main thread";
  const model::Site at = site(begun.spawner, begun.spawn->place);
  const std::string kind = begun.what == "signal"    ? "signal handler set"
                           : begun.what == "process" ? "process started"
                                                     : "thread started";
  return kind + " at " + std::string(base_name(at.file)) + ":" + std::to_string(at.line) + " (" +
         without_anonymous(program_.functions[begun.function].function->name) + ")";
}

std::uint32_t Teller::thread_of(const Context& context) const {
  std::vector<std::uint32_t> roots = context.root ? std::vector<std::uint32_t>{*context.root}
                                                  : program_.functions[context.top].roots;
  if (roots.empty()) return static_cast<std::uint32_t>(program_.roots.size());
  return *std::min_element(roots.begin(), roots.end());
}

Trace Teller::from_root(std::uint32_t root, const Trace& trace) const {
  if (trace == nullptr || root >= program_.roots.size() || !is_real(program_.roots[root])) {
    return trace;
  }
  return sites_.around(program_.roots[root].function, trace->function, trace);
}

void Teller::add_flow(model::Finding& finding, std::uint32_t root,
                      std::vector<ToldStep> steps) const {
  model::Flow flow;
  flow.thread = thread(root);
  const bool named_before =
      std::any_of(finding.flows.begin(), finding.flows.end(),
                  [&](const model::Flow& other) { return other.thread == flow.thread; });
  if (named_before && flow.thread != "any thread") flow.thread = "another " + flow.thread;
  if (root < program_.roots.size() && program_.roots[root].spawn != nullptr) {
    flow.created = {site(program_.roots[root].spawner, program_.roots[root].spawn->place)};
  }
  for (const ToldStep& told : steps) {
    model::FlowStep step;
    step.text = told.text;
    step.stack = stack(from_root(root, told.trace));
    for (const Held& held : told.held) {
      if (held.taken == nullptr) continue;
      step.held.push_back(
          {told_name(held.lock), mode_of(held.mode), stack(from_root(root, held.taken))});
    }
    flow.steps.push_back(std::move(step));
  }
  finding.flows.push_back(std::move(flow));
}

void Teller::add_flow(model::Finding& finding, const Context& context, std::string text) const {
  add_flow(finding, thread_of(context), {{std::move(text), context.trace, context.held}});
}

void set_fingerprint(model::Finding& finding, const std::vector<Key>& keys) {
  finding.fingerprint = model::fingerprint_of_sequence(finding.rule, views_of(keys));
}

void set_ring_fingerprint(model::Finding& finding, const std::vector<Key>& keys) {
  finding.fingerprint = model::fingerprint_of_ring(finding.rule, views_of(keys));
}

void set_access_fingerprint(model::Finding& finding, std::string_view variable,
                            const std::vector<Key>& keys, const std::vector<Key>& others) {
  finding.fingerprint = model::fingerprint_of_accesses(finding.rule, variable, views_of(keys));
  std::vector<Key> all = keys;
  all.insert(all.end(), others.begin(), others.end());
  finding.accesses = model::access_keys(variable, views_of(all));
}

void sort_keys(std::vector<Key>& keys) {
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    return std::tie(a.site.function, a.site.line, a.site.column) <
           std::tie(b.site.function, b.site.line, b.site.column);
  });
}

}  // namespace lockweave::analyzer::rules
