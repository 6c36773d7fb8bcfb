// analyzer/link/entry_values.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/entry_values.h"

#include <algorithm>

#include "analyzer/link/paths.h"

namespace lockweave::analyzer::link {

namespace {

using summary::Block;
using summary::Edge;
using summary::Op;
using summary::OpKind;
using summary::Root;

bool callers_name(const Path& subject) {
  return subject.root == Root::parameter || subject.root == Root::global ||
         (subject.root == Root::object && !subject.fields.empty());
}

// The operation itself, whatever it calls.
bool writes_object(const Op& op, const Path& subject) {
  return (is_write(op) && nameable(op.object) && extends(op.object, subject)) ||
         (nameable(op.result) && extends(op.result, subject));
}

}  // namespace

EntryValues::EntryValues(const Context& context, FunctionId function)
    : context_(context), function_(function),
      blocks_(context.program.functions[function].function->blocks) {
  for (const Block& block : blocks_) {
    for (const Op& op : block.ops) {
      if (is_write(op) && nameable(op.object)) add_unique(written_, op.object);
      if (nameable(op.result)) add_unique(written_, op.result);
    }
  }
}

bool EntryValues::kept(const Premise& premise, Place place) {
  if (!callers_name(premise.subject)) return false;
  Premise otherwise = premise;
  otherwise.holds = !premise.holds;
  if (never_written(otherwise)) return true;
  const std::tuple key(premise.subject, premise.value, premise.compares, premise.holds);
  auto known = known_.find(key);
  if (known == known_.end()) known = known_.emplace(key, written_before(otherwise)).first;
  if (known->second[place.block]) return false;
  const std::vector<Op>& ops = blocks_[place.block].ops;
  return std::none_of(ops.begin(), ops.begin() + static_cast<std::ptrdiff_t>(place.op),
                      [&](const Op& op) { return writes(op, otherwise); });
}

bool EntryValues::never_written(const Premise& otherwise) const {
  return !context_.conditional_writes.written_by(function_, otherwise) &&
         std::none_of(written_.begin(), written_.end(),
                      [&](const Path& path) { return extends(path, otherwise.subject); });
}

bool EntryValues::writes(const Op& op, const Premise& otherwise) const {
  const Path& subject = otherwise.subject;
  if (writes_object(op, subject) || context_.writes.written_by(op, subject)) return true;
  if (op.kind != OpKind::call) return false;
  const std::vector<FunctionId>& targets = context_.calls.of(op).targets;
  return std::any_of(targets.begin(), targets.end(), [&](FunctionId target) {
    return context_.conditional_writes.written_by(target, otherwise);
  });
}

EntryValues::Blocks EntryValues::written_before(const Premise& otherwise) const {
  Blocks before(blocks_.size(), false);
  std::vector<std::uint32_t> todo;
  const auto pass_on = [&](const Block& block) {
    for (const Edge& edge : block.next) {
      if (edge.to >= before.size() || before[edge.to]) continue;
      before[edge.to] = true;
      todo.push_back(edge.to);
    }
  };
  for (const Block& block : blocks_) {
    const bool written = std::any_of(block.ops.begin(), block.ops.end(),
                                     [&](const Op& op) { return writes(op, otherwise); });
    if (written) pass_on(block);
  }
  while (!todo.empty()) {
    const std::uint32_t block = todo.back();
    todo.pop_back();
    pass_on(blocks_[block]);
  }
  return before;
}

}  // namespace lockweave::analyzer::link
