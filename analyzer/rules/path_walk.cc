// analyzer/rules/path_walk.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/path_walk.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace lockweave::analyzer::rules {
namespace {

constexpr std::size_t kStatesMax = 4096;

using KnownValues = std::map<std::uint32_t, bool>;

struct State {
  std::uint32_t block = 0;
  int value = 0;
  KnownValues facts;
  const Op* leave = nullptr;
};

using Edges = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// Edges that go back to a block on the way to them: loops.
Edges back_edges(const std::vector<summary::Block>& blocks) {
  Edges back;
  std::vector<int> mark(blocks.size(), 0);  // 1: on the way, 2: done
  std::vector<std::pair<std::uint32_t, std::size_t>> way{{0, 0}};
  mark[0] = 1;
  while (!way.empty()) {
    auto& [block, next] = way.back();
    if (next == blocks[block].next.size()) {
      mark[block] = 2;
      way.pop_back();
      continue;
    }
    const std::uint32_t to = blocks[block].next[next++].to;
    if (mark[to] == 1) back.insert({block, to});
    if (mark[to] == 0) {
      mark[to] = 1;
      way.push_back({to, 0});
    }
  }
  return back;
}

class Walk {
 public:
  Walk(const Linked& function, const PathRules& rules)
      : blocks_(function.function->blocks), rules_(rules), back_(back_edges(blocks_)),
        moments_(blocks_.size()) {
    for (const Moment& moment : function.moments) moments_[moment.block].push_back(&moment);
  }

  bool run(int value) {
    push({0, value, {}, nullptr});
    while (!queue_.empty()) {
      if (seen_.size() > kStatesMax) return false;
      State state = std::move(queue_.front());
      queue_.pop_front();
      through_block(std::move(state));
    }
    return true;
  }

 private:
  void push(State state) {
    if (seen_.emplace(state.block, state.value, state.facts, state.leave).second) {
      queue_.push_back(std::move(state));
    }
  }

  void through_block(State state) {
    std::vector<State> states{std::move(state)};
    for (const Moment* moment : moments_[states.front().block]) {
      std::vector<State> after;
      for (State& one : states) at_operation(std::move(one), *moment, after);
      states = std::move(after);
      if (states.empty()) return;
    }
    for (const State& one : states) go_on(one);
  }

  void at_operation(State state, const Moment& moment, std::vector<State>& after) {
    const Op& op = *moment.op;
    if (op.kind == OpKind::leave) state.leave = &op;
    if (op.kind == OpKind::assign) {
      assign(state, op);
    } else if (op.outcome != 0) {
      state.facts.erase(op.outcome);
    }
    for (const WayOn& way : rules_.at_operation(state.value, moment)) {
      State next = state;
      next.value = way.value;
      if (way.condition != 0) next.facts[way.condition] = way.holds;
      after.push_back(std::move(next));
    }
  }

  static void assign(State& state, const Op& op) {
    std::optional<bool> value;
    if (op.value != summary::Answer::unknown) value = op.value == summary::Answer::yes;
    if (const auto from = state.facts.find(op.from); op.from != 0 && from != state.facts.end()) {
      value = from->second != op.negated;
    }
    if (op.outcome == 0) return;
    if (value) {
      state.facts[op.outcome] = *value;
    } else {
      state.facts.erase(op.outcome);
    }
  }

  void go_on(const State& state) {
    for (const summary::Edge& edge : blocks_[state.block].next) {
      if (edge.thrown) continue;
      if (rules_.at_edge && !rules_.at_edge(state.value, edge)) continue;
      const auto fact = state.facts.find(edge.condition);
      if (edge.condition != 0 && fact != state.facts.end() && fact->second != edge.value) continue;
      if (edge.to == 1) {
        rules_.at_exit(state.value, state.leave);
        continue;
      }
      State next = state;
      next.block = edge.to;
      if (back_.contains({state.block, edge.to})) {
        next.facts.clear();
      } else if (edge.condition != 0) {
        next.facts[edge.condition] = edge.value;
      }
      push(std::move(next));
    }
  }

  const std::vector<summary::Block>& blocks_;
  const PathRules& rules_;
  Edges back_;
  std::vector<std::vector<const Moment*>> moments_;
  std::deque<State> queue_;
  std::set<std::tuple<std::uint32_t, int, KnownValues, const Op*>> seen_;
};

}  // namespace

bool walk_paths(const Linked& function, int value, const PathRules& rules) {
  if (function.function->blocks.size() < 2) return true;
  return Walk(function, rules).run(value);
}

std::vector<WayOn> after_attempt(const Op& op, int got, int failed) {
  if (op.attempt == summary::Attempt::blocking) return {{got}};
  if (op.outcome == 0) return {{got}, {failed}};
  return {{got, op.outcome, !op.negated}, {failed, op.outcome, op.negated}};
}

}  // namespace lockweave::analyzer::rules
