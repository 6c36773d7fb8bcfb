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

using ThreadPair = std::pair<std::uint32_t, std::uint32_t>;

// All threads that nothing here starts count as one.
ThreadPair started_threads(const Program& program, const RaceVerdict& verdict) {
  const auto number = [&](std::uint32_t root) {
    const auto others = static_cast<std::uint32_t>(program.roots.size());
    return is_started(program.roots[root]) ? root : others;
  };
  return std::minmax(number(verdict.threads->first), number(verdict.threads->second));
}

// Pairs that have a started thread in common are one group.
using Group = std::pair<std::set<std::uint32_t>, std::vector<RaceVerdict*>>;

void add_to_groups(std::vector<Group>& groups, Group group) {
  const auto shares = [&](const Group& other) {
    return std::any_of(group.first.begin(), group.first.end(),
                       [&](std::uint32_t thread) { return other.first.contains(thread); });
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
  std::map<ThreadPair, std::vector<RaceVerdict*>> by_threads;
  for (RaceVerdict& verdict : verdicts) {
    if (verdict.rule != "data-race" || verdict.confidence == Confidence::low) continue;
    if (verdict.threads) by_threads[started_threads(program, verdict)].push_back(&verdict);
  }
  std::vector<Group> groups;
  for (auto& [threads, all] : by_threads) {
    if (all.size() <= kForgottenMax) continue;
    std::set<std::uint32_t> started{threads.first, threads.second};
    started.erase(static_cast<std::uint32_t>(program.roots.size()));
    add_to_groups(groups, {std::move(started), std::move(all)});
  }
  for (auto& [threads, all] : groups) {
    const auto first = std::min_element(
        all.begin(), all.end(), [](const auto* a, const auto* b) { return where(*a) < where(*b); });
    (*first)->alike = all.size() - 1;
    for (RaceVerdict* verdict : all) {
      verdict->confidence = verdict == *first ? Confidence::medium : Confidence::low;
    }
  }
}

}  // namespace lockweave::analyzer::rules
