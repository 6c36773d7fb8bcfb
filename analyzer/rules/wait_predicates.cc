// analyzer/rules/wait_predicates.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/wait_predicates.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>

namespace lockweave::analyzer::rules {
namespace {

constexpr std::string_view kLambda = "::{lambda}";

auto position(summary::Place place) { return std::tuple(place.line, place.column); }

using Lambdas = std::unordered_map<std::string, std::vector<FunctionId>>;

// By the name of the function they stand in; only those that nobody calls.
Lambdas uncalled_lambdas(const Program& program) {
  Lambdas lambdas;
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    const Linked& linked = program.functions[id];
    const std::string& name = linked.function->name;
    if (!linked.function->lambda || !linked.callers.empty() || !name.ends_with(kLambda)) continue;
    lambdas[name.substr(0, name.size() - kLambda.size())].push_back(id);
  }
  return lambdas;
}

// All at the first place behind the wait: instances of one lambda.
std::vector<FunctionId> first_behind(const Program& program, FunctionId waiter, const Op& wait,
                                     const std::vector<FunctionId>& lambdas) {
  const Linked& around = program.functions[waiter];
  const std::string& file = program.file_of(waiter, wait.place);
  std::vector<FunctionId> first;
  for (const FunctionId id : lambdas) {
    const summary::Place place = program.functions[id].function->place;
    const bool inside = program.file_of(id, place) == file &&
                        position(place) > position(wait.place) &&
                        position(place) < position(around.function->end);
    if (!inside) continue;
    if (!first.empty()) {
      const auto best = position(program.functions[first.front()].function->place);
      if (position(place) > best) continue;
      if (position(place) < best) first.clear();
    }
    first.push_back(id);
  }
  return first;
}

}  // namespace

std::map<FunctionId, std::vector<WaitSite>> wait_predicates(const Program& program) {
  std::map<FunctionId, std::vector<WaitSite>> predicates;
  const Lambdas lambdas = uncalled_lambdas(program);
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    const Linked& linked = program.functions[id];
    const auto inner = lambdas.find(linked.function->name);
    if (inner == lambdas.end()) continue;
    for (const Moment& moment : linked.moments) {
      const bool waits = moment.op->kind == OpKind::wait && moment.op->predicate && moment.reached;
      if (!waits) continue;
      for (const FunctionId lambda : first_behind(program, id, *moment.op, inner->second)) {
        predicates[lambda].push_back({id, &moment});
      }
    }
  }
  return predicates;
}

}  // namespace lockweave::analyzer::rules
