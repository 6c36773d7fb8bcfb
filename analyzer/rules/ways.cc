// analyzer/rules/ways.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/ways.h"

#include <string_view>
#include <vector>

namespace lockweave::analyzer::rules {
namespace {

using summary::Answer;

// From the entry, not along that edge.
bool is_reached_without(const summary::Function& function, std::uint32_t block, std::size_t edge,
                        std::uint32_t target) {
  std::vector<bool> seen(function.blocks.size(), false);
  std::vector<std::uint32_t> todo{0};
  seen[0] = true;
  while (!todo.empty()) {
    const std::uint32_t at = todo.back();
    todo.pop_back();
    if (at == target) return true;
    const auto& next = function.blocks[at].next;
    for (std::size_t i = 0; i < next.size(); ++i) {
      const bool cut = at == block && i == edge;
      if (cut || next[i].to >= seen.size() || seen[next[i].to]) continue;
      seen[next[i].to] = true;
      todo.push_back(next[i].to);
    }
  }
  return false;
}

// A condition says "the variable is not zero", but of a comparison.
Answer answer_of(const summary::Function& function, const summary::Edge& edge) {
  if (edge.condition == 0) return Answer::unknown;
  const summary::Condition& condition = function.conditions[edge.condition - 1];
  if (condition.compares) return Answer::unknown;
  return edge.value ? Answer::yes : Answer::no;
}

}  // namespace

std::optional<Answer> answer_that_leads_to(const Linked& function, const Moment& test,
                                           const Moment& then) {
  const summary::Function& code = *function.function;
  if (then.block == 0) return std::nullopt;
  const auto& next = code.blocks[test.block].next;
  if (next.size() < 2) return std::nullopt;
  for (std::size_t i = 0; i < next.size(); ++i) {
    if (!is_reached_without(code, test.block, i, then.block)) return answer_of(code, next[i]);
  }
  return std::nullopt;
}

}  // namespace lockweave::analyzer::rules
