// analyzer/driver/lock_graph.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/lock_graph.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace lockweave::analyzer::driver {
namespace {

std::string name_of_lock(const summary::Path& path) {
  const link::Identity identity = link::identity_of(path);
  return identity.of_class.empty() ? std::string() : identity.name;
}

std::string place_of(const link::Program& program, const link::Trace& trace) {
  if (!trace) return {};
  const link::TraceStep& step = link::innermost(trace);
  if (step.op == nullptr) return {};
  const std::string& file = program.file_of(step.function, step.op->place);
  return file.empty() ? std::string() : fmt::format("{}:{}", file, step.op->place.line);
}

std::string function_of(const link::Program& program, const link::Trace& trace) {
  return trace ? program.functions[link::innermost(trace).function].function->name : std::string();
}

void add(const link::Program& program, const link::Want& want, LockGraph& graph) {
  const std::string wanted = name_of_lock(want.lock);
  if (wanted.empty()) return;
  graph.locks.insert(wanted);
  if (want.attempt == summary::Attempt::tried) return;
  for (const link::Held& held : want.held) {
    const std::string name = name_of_lock(held.lock);
    const bool together = held.group != 0 && held.group == want.group;
    if (name.empty() || together) continue;
    graph.edges[{name, wanted}].insert({place_of(program, held.taken),
                                        place_of(program, want.trace),
                                        function_of(program, want.trace)});
  }
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result += '"';
}

}  // namespace

LockGraph lock_graph_of(const link::Program& program) {
  LockGraph graph;
  for (const link::Linked& one : program.functions) {
    for (const link::Want& want : one.effects.wants) add(program, want, graph);
  }
  return graph;
}

std::string as_dot(const LockGraph& graph) {
  std::string text = "digraph locks {\n  // held -> wanted\n  node [shape=box];\n";
  for (const std::string& lock : graph.locks) text += fmt::format("  {};\n", in_quotes(lock));
  for (const auto& [edge, places] : graph.edges) {
    const GraphPlace& first = *places.begin();
    std::string label = first.wanted_at.substr(first.wanted_at.rfind('/') + 1);
    if (places.size() > 1) label += fmt::format(" and {} more", places.size() - 1);
    text += fmt::format("  {} -> {} [label={}];\n", in_quotes(edge.first), in_quotes(edge.second),
                        in_quotes(label));
  }
  return text + "}\n";
}

std::string as_json(const LockGraph& graph) {
  using nlohmann::json;
  json edges = json::array();
  for (const auto& [edge, places] : graph.edges) {
    json list = json::array();
    for (const GraphPlace& place : places) {
      list.push_back({{"held_at", place.held_at},
                      {"wanted_at", place.wanted_at},
                      {"function", place.function}});
    }
    edges.push_back({{"held", edge.first}, {"wanted", edge.second}, {"places", std::move(list)}});
  }
  const json document = {{"lockweave", "lock-graph"},
                         {"version", 1},
                         {"locks", graph.locks},
                         {"edges", std::move(edges)}};
  return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace lockweave::analyzer::driver
