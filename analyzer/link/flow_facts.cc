// analyzer/link/flow_facts.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/flow_facts.h"

#include <algorithm>

#include "analyzer/link/paths.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Block;
using summary::Edge;
using summary::Function;
using summary::Op;
using summary::OpKind;

constexpr std::size_t kLiveMax = 1U << 20;  // blocks x conditions; beyond, conditions are ignored

}  // namespace

FlowFacts::FlowFacts(const Function& function, const Program& program, const Calls& calls) {
  order_blocks(function);
  if (!function.conditions.empty() &&
      function.conditions.size() * function.blocks.size() <= kLiveMax) {
    find_live(function);
    find_loop_tests(function);
  }
  find_guards(function, program, calls);
}

void FlowFacts::order_blocks(const Function& function) {
  const std::size_t count = function.blocks.size();
  std::vector<std::uint32_t> post;
  std::vector<bool> seen(count, false);
  std::vector<std::pair<std::uint32_t, std::size_t>> stack;
  if (count > 0) {
    stack.emplace_back(0, 0);
    seen[0] = true;
  }
  while (!stack.empty()) {
    const std::uint32_t block = stack.back().first;
    const std::vector<Edge>& next = function.blocks[block].next;
    if (stack.back().second == next.size()) {
      post.push_back(block);
      stack.pop_back();
      continue;
    }
    // The last edge first: the first one's blocks then come first in the order.
    const std::uint32_t to = next[next.size() - 1 - stack.back().second++].to;
    if (to >= count || seen[to]) continue;
    seen[to] = true;
    stack.emplace_back(to, 0);
  }
  order_.assign(post.rbegin(), post.rend());
  reachable_ = static_cast<std::uint32_t>(order_.size());
  for (std::uint32_t block = 0; block < count; ++block) {
    if (!seen[block]) order_.push_back(block);
  }
  position_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) position_[order_[i]] = i;
}

void FlowFacts::find_live(const Function& function) {
  const std::size_t conditions = function.conditions.size() + 1;
  const std::size_t count = function.blocks.size();
  tested_.assign(conditions, false);
  set_.assign(conditions, false);
  live_.assign(count, Set(conditions, false));
  const auto read = [&](Set& live, std::uint32_t condition) {
    if (condition == 0 || condition >= conditions) return;
    live[condition] = true;
    tested_[condition] = true;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
      const Block& block = function.blocks[*at];
      Set live(conditions, false);
      for (const Edge& edge : block.next) {
        if (edge.to >= count) continue;
        for (std::size_t i = 0; i < conditions; ++i) {
          if (live_[edge.to][i]) live[i] = true;
        }
        read(live, edge.condition);
      }
      for (auto op = block.ops.rbegin(); op != block.ops.rend(); ++op) {
        if (op->outcome != 0 && op->outcome < conditions) {
          live[op->outcome] = false;
          set_[op->outcome] = true;
        }
        read(live, op->from);
      }
      if (live == live_[*at]) continue;
      live_[*at] = std::move(live);
      changed = true;
    }
  }
}

void FlowFacts::find_loop_tests(const Function& function) {
  for (std::uint32_t i = 0; i < reachable_; ++i) {
    for (const Edge& back : function.blocks[order_[i]].next) {
      if (back.to >= position_.size() || position_[back.to] > i) continue;
      Loop loop{order_[i], back.to, {}};
      for (std::uint32_t inside = position_[back.to]; inside <= i; ++inside) {
        for (const Edge& out : function.blocks[order_[inside]].next) {
          if (out.condition == 0 || out.to >= position_.size() || position_[out.to] <= i) continue;
          if (out.condition < set_.size() && !set_[out.condition]) {
            loop.tests.push_back(out.condition);
          }
        }
      }
      if (!loop.tests.empty()) loops_.push_back(std::move(loop));
    }
  }
}

void FlowFacts::find_guards(const Function& function, const Program& program, const Calls& calls) {
  bool handlers = false;
  for (const Block& block : function.blocks) {
    for (const Edge& edge : block.next) handlers |= edge.thrown && edge.to != 1;
  }
  if (!handlers) return;
  const auto runs = [&](const Op& op, bool Function::*what) {
    if (op.kind != OpKind::call) return false;
    const std::vector<FunctionId>& targets = calls.of(op).targets;
    return std::any_of(targets.begin(), targets.end(),
                       [&](FunctionId id) { return program.functions[id].function->*what; });
  };
  guards_.resize(function.blocks.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
      const Block& block = function.blocks[*at];
      std::set<std::string> alive;
      for (const Edge& edge : block.next) {
        if (edge.to < guards_.size())
          alive.insert(guards_[edge.to].begin(), guards_[edge.to].end());
      }
      for (auto op = block.ops.rbegin(); op != block.ops.rend(); ++op) {
        if (op->kind == OpKind::guard_begin) alive.erase(key_of(op->object));
        if (op->kind == OpKind::guard_end) alive.insert(key_of(op->object));
        if (runs(*op, &Function::constructor)) alive.erase(key_of(op->receiver));
        if (runs(*op, &Function::destructor)) alive.insert(key_of(op->receiver));
      }
      if (alive == guards_[*at]) continue;
      guards_[*at] = std::move(alive);
      changed = true;
    }
  }
}

bool FlowFacts::live(std::uint32_t block, std::uint32_t condition) const {
  return !live_.empty() && condition < live_[block].size() && live_[block][condition];
}

bool FlowFacts::tested(std::uint32_t condition) const {
  return condition < tested_.size() && tested_[condition];
}

bool FlowFacts::forgotten(std::uint32_t from, std::uint32_t to, std::uint32_t condition) const {
  return std::any_of(loops_.begin(), loops_.end(), [&](const Loop& loop) {
    return loop.from == from && loop.to == to &&
           std::find(loop.tests.begin(), loop.tests.end(), condition) != loop.tests.end();
  });
}

bool FlowFacts::outlives(std::uint32_t block, const Path& guard) const {
  return block < guards_.size() && guards_[block].contains(key_of(guard));
}

}  // namespace lockweave::analyzer::link
