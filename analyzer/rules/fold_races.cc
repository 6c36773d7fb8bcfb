// analyzer/rules/fold_races.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/fold_races.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace lockweave::analyzer::rules {
namespace {

using model::Confidence;

auto where(const RaceVerdict& verdict) {
  const auto& source = verdict.place.source;
  return std::tuple(source.file, source.line, source.column);
}

// Threads of one function are of one kind. All that nothing here starts count as one: kNone.
constexpr link::FunctionId kNone = UINT32_MAX;
using Kinds = std::set<link::FunctionId>;

Kinds kinds_of(const Program& program, const RaceVerdict& verdict) {
  const auto kind = [&](std::uint32_t root) {
    return is_started(program.roots[root]) ? program.roots[root].function : kNone;
  };
  return {kind(verdict.threads->first), kind(verdict.threads->second)};
}

// Pairs that have a kind of started threads in common are one group.
using Group = std::pair<Kinds, std::vector<RaceVerdict*>>;

void add_to_groups(std::vector<Group>& groups, Group group) {
  const auto shares = [&](const Group& other) {
    return std::any_of(group.first.begin(), group.first.end(),
                       [&](link::FunctionId kind) { return other.first.contains(kind); });
  };
  for (auto at = groups.begin(); at != groups.end();) {
    if (!shares(*at)) {
      ++at;
      continue;
    }
    group.first.merge(at->first);
    group.second.insert(group.second.end(), at->second.begin(), at->second.end());
    at = groups.erase(at);
  }
  groups.push_back(std::move(group));
}

}  // namespace

void fold_by_threads(const Program& program, std::vector<RaceVerdict>& verdicts) {
  std::map<Kinds, std::vector<RaceVerdict*>> by_kinds;
  for (RaceVerdict& verdict : verdicts) {
    if (verdict.rule != "data-race" || verdict.confidence == Confidence::low) continue;
    if (verdict.threads) by_kinds[kinds_of(program, verdict)].push_back(&verdict);
  }
  std::vector<Group> groups;
  for (auto& [kinds, all] : by_kinds) {
    if (all.size() <= kForgottenMax) continue;
    Kinds started = kinds;
    started.erase(kNone);
    add_to_groups(groups, {std::move(started), std::move(all)});
  }
  for (auto& [kinds, all] : groups) {
    const auto first = std::min_element(
        all.begin(), all.end(), [](const auto* a, const auto* b) { return where(*a) < where(*b); });
    (*first)->alike = all.size() - 1;
    for (RaceVerdict* verdict : all) {
      verdict->confidence = verdict == *first ? Confidence::medium : Confidence::low;
    }
  }
}

}  // namespace lockweave::analyzer::rules
