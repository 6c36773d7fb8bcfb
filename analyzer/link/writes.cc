// analyzer/link/writes.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/writes.h"

#include <algorithm>

#include "analyzer/link/paths.h"
#include "analyzer/link/sort_unique.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Op;
using summary::OpKind;

}  // namespace

bool is_write(const Op& op) {
  return op.kind == OpKind::assign || op.kind == OpKind::alias ||
         (op.kind == OpKind::access && op.write);
}

// Empty: what only the function itself has.
std::string Writes::key(const Path& subject) {
  const std::string& member = member_key(subject);
  if (!member.empty()) return member;
  return subject.root == Root::global ? subject.symbol : "";
}

void Writes::collect_subjects(const Program& program) {
  for (const Linked& linked : program.functions) {
    for (const summary::Condition& condition : linked.function->conditions) {
      std::string name = key(condition.subject);
      if (!name.empty())
        numbers_.try_emplace(std::move(name), static_cast<Number>(numbers_.size()));
    }
  }
}

std::optional<Writes::Number> Writes::number_of(const Path& subject) const {
  const auto known = numbers_.find(key(subject));
  return known == numbers_.end() ? std::nullopt : std::optional(known->second);
}

void Writes::collect_own(const summary::Function& function, std::vector<Number>& written) const {
  for (const summary::Block& block : function.blocks) {
    for (const Op& op : block.ops) {
      if (!is_write(op)) continue;
      if (const auto number = number_of(op.object)) written.push_back(*number);
    }
  }
}

Writes::Writes(const Program& program, const Components& components)
    : written_(program.functions.size()) {
  collect_subjects(program);
  for (const std::vector<FunctionId>& members : components.members) {
    std::vector<Number> written;
    for (const FunctionId id : members) {
      collect_own(*program.functions[id].function, written);
      for (const FunctionId called : components.called[id]) {
        written.insert(written.end(), written_[called].begin(), written_[called].end());
      }
    }
    sort_unique(written);
    if (written.size() > kWrittenMax) written.resize(kWrittenMax);
    for (const FunctionId id : members) written_[id] = written;
  }
}

bool Writes::written_by(FunctionId function, Number subject) const {
  return std::binary_search(written_[function].begin(), written_[function].end(), subject);
}

bool Writes::written_by(FunctionId function, const Path& subject) const {
  const auto number = number_of(subject);
  return number && written_by(function, *number);
}

bool Writes::written_by(const Op& op, const Path& subject) const {
  const auto number = number_of(subject);
  return number && is_write(op) && number_of(op.object) == number;
}

}  // namespace lockweave::analyzer::link
