// analyzer/link/conditional_writes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/conditional_writes.h"

#include <algorithm>

#include "analyzer/link/paths.h"
#include "analyzer/link/premises.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Block;
using summary::Condition;
using summary::Edge;
using summary::Function;
using summary::Op;
using summary::OpKind;

void add_last(std::vector<FunctionId>& functions, FunctionId id) {
  if (functions.empty() || functions.back() != id) functions.push_back(id);
}

}  // namespace

ConditionalWrites::ConditionalWrites(const Program& program, const Calls& calls,
                                     const Components& components, const Writes& writes)
    : program_(program), calls_(calls), writes_(writes), callers_(program.functions.size()),
      testers_(writes.subjects()), writers_(writes.subjects()) {
  collect_functions();
  for (FunctionId id = 0; id < program.functions.size(); ++id) {
    for (const FunctionId called : components.called[id]) callers_[called].push_back(id);
  }
}

void ConditionalWrites::collect_functions() {
  for (FunctionId id = 0; id < program_.functions.size(); ++id) {
    const Function& function = *program_.functions[id].function;
    for (const Condition& condition : function.conditions) {
      if (condition.subject.root == Root::local) continue;
      if (const auto number = writes_.number_of(condition.subject)) add_last(testers_[*number], id);
    }
    for (const Block& block : function.blocks) {
      for (const Op& op : block.ops) {
        const auto number = is_write(op) ? writes_.number_of(op.object) : std::nullopt;
        if (number) add_last(writers_[*number], id);
      }
    }
  }
}

bool ConditionalWrites::written_by(FunctionId function, const Premise& known) {
  if (!writes_.written_by(function, known.subject)) return false;
  const Number number = *writes_.number_of(known.subject);
  const Question question{number, known.value, known.compares, known.holds};
  auto at = known_.find(question);
  if (at == known_.end()) at = known_.emplace(question, writers_under(number, known)).first;
  return !at->second || (*at->second)[function];
}

std::optional<ConditionalWrites::Functions> ConditionalWrites::writers_under(
    Number number, const Premise& known) const {
  const Guarding guarding = this->guarding(number, known);
  if (guarding.empty()) return std::nullopt;
  const auto blocks_of = [&](FunctionId id) {
    const auto at = guarding.find(id);
    return at == guarding.end() ? nullptr : &at->second;
  };
  Functions writers(program_.functions.size(), false);
  std::vector<FunctionId> todo;
  const auto add = [&](FunctionId id) {
    if (writers[id]) return;
    writers[id] = true;
    todo.push_back(id);
  };
  for (const FunctionId id : writers_[number]) {
    const std::vector<bool>* blocks = blocks_of(id);
    if (blocks == nullptr || writes_itself(id, *blocks, number)) add(id);
  }
  while (!todo.empty()) {
    const FunctionId callee = todo.back();
    todo.pop_back();
    for (const FunctionId caller : callers_[callee]) {
      const std::vector<bool>* blocks = blocks_of(caller);
      if (blocks == nullptr || calls_from(caller, *blocks, callee)) add(caller);
    }
  }
  return writers;
}

ConditionalWrites::Guarding ConditionalWrites::guarding(Number number, const Premise& known) const {
  Guarding all;
  for (const FunctionId id : testers_[number]) {
    if (!writes_.written_by(id, known.subject)) continue;
    const Function& function = *program_.functions[id].function;
    std::vector<bool> blocks = reached(function, number, known);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::vector<Op>& ops = function.blocks[i].ops;
      const bool written = !blocks[i] && std::any_of(ops.begin(), ops.end(), [&](const Op& op) {
        return writes(id, op, number);
      });
      if (!written) continue;
      all.emplace(id, std::move(blocks));
      break;
    }
  }
  return all;
}

std::vector<bool> ConditionalWrites::reached(const Function& function, Number number,
                                             const Premise& known) const {
  std::vector<bool> blocks(function.blocks.size(), false);
  if (blocks.empty()) return blocks;
  std::vector<std::uint32_t> todo{0};
  blocks[0] = true;
  while (!todo.empty()) {
    const Block& block = function.blocks[todo.back()];
    todo.pop_back();
    for (const Edge& edge : block.next) {
      if (edge.to >= blocks.size() || blocks[edge.to]) continue;
      if (rules_out(function, edge, number, known)) continue;
      blocks[edge.to] = true;
      todo.push_back(edge.to);
    }
  }
  return blocks;
}

bool ConditionalWrites::rules_out(const Function& function, const Edge& edge, Number number,
                                  const Premise& known) const {
  if (edge.condition == 0) return false;
  const Condition& condition = function.conditions[edge.condition - 1];
  if (condition.subject.root == Root::local || writes_.number_of(condition.subject) != number) {
    return false;
  }
  if (!contradict({known.subject, condition.value, condition.compares, edge.value}, known)) {
    return false;
  }
  const auto of_another = [&](const Op& op) {
    return is_write(op) && writes_.number_of(op.object) == number &&
           !same(op.object, condition.subject);
  };
  return std::none_of(function.blocks.begin(), function.blocks.end(), [&](const Block& block) {
    return std::any_of(block.ops.begin(), block.ops.end(), of_another);
  });
}

bool ConditionalWrites::writes(FunctionId function, const Op& op, Number number) const {
  if (is_write(op) && writes_.number_of(op.object) == number) return true;
  const std::vector<FunctionId> called = called_by(calls_, function, op);
  return std::any_of(called.begin(), called.end(),
                     [&](FunctionId id) { return writes_.written_by(id, number); });
}

bool ConditionalWrites::calls_from(FunctionId caller, const std::vector<bool>& blocks,
                                   FunctionId callee) const {
  const std::vector<Block>& all = program_.functions[caller].function->blocks;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!blocks[i]) continue;
    for (const Op& op : all[i].ops) {
      const std::vector<FunctionId> called = called_by(calls_, caller, op);
      if (std::find(called.begin(), called.end(), callee) != called.end()) return true;
    }
  }
  return false;
}

bool ConditionalWrites::writes_itself(FunctionId function, const std::vector<bool>& blocks,
                                      Number number) const {
  const std::vector<Block>& all = program_.functions[function].function->blocks;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!blocks[i]) continue;
    const bool written = std::any_of(all[i].ops.begin(), all[i].ops.end(), [&](const Op& op) {
      return is_write(op) && writes_.number_of(op.object) == number;
    });
    if (written) return true;
  }
  return false;
}

}  // namespace lockweave::analyzer::link
