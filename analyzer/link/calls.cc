// analyzer/link/calls.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/link/calls.h"

#include <algorithm>

#include "analyzer/link/paths.h"
#include "analyzer/link/sort_unique.h"

namespace lockweave::analyzer::link {
namespace {

using summary::Callee;
using summary::Op;
using summary::OpKind;

constexpr std::size_t kBeyondMax = 4096;

}  // namespace

const Path* called_parameter(const Callee& callee) {
  const bool through = callee.kind == Callee::Kind::stored && callee.slot.fields.empty() &&
                       callee.slot.root == Root::parameter;
  return through ? &callee.slot : nullptr;
}

Calls::Calls(const Program& program, const FunctionNames& names, const Settings& settings)
    : program_(&program), names_(&names), settings_(settings) {
  collect_overriders();
  collect_bindings();
  bind_stored_parameters();
  for (auto& [slot, functions] : bindings_) sort_unique(functions);
  resolve_all();
}

FunctionId Calls::find(FunctionId from, std::string_view key) const {
  return names_->find(program_->functions[from].unit, key);
}

const Resolved& Calls::of(const Op& op) const {
  static const Resolved nothing;
  const auto at = resolved_.find(&op);
  return at == resolved_.end() ? nothing : at->second;
}

void Calls::collect_overriders() {
  for (FunctionId id = 0; id < program_->functions.size(); ++id) {
    for (const std::string& base : program_->functions[id].function->overrides) {
      const FunctionId overridden = find(id, base);
      if (overridden != FunctionNames::kNone) overriders_[overridden].push_back(id);
    }
  }
}

void Calls::collect_bindings() {
  for (std::uint32_t unit = 0; unit < program_->units.size(); ++unit) {
    for (const summary::Binding& binding : program_->units[unit].bindings) {
      const std::string slot = slot_key(binding.slot);
      const FunctionId function = names_->find(unit, binding.function);
      if (!slot.empty() && function != FunctionNames::kNone) bindings_[slot].push_back(function);
    }
  }
}

// `void on_event(Callback f) { callback_ = f; }` and then `x.on_event(handler)`.
void Calls::bind_stored_parameters() {
  std::unordered_map<FunctionId, std::vector<std::pair<std::uint32_t, std::string>>> stores;
  for (FunctionId id = 0; id < program_->functions.size(); ++id) {
    for (const summary::Block& block : program_->functions[id].function->blocks) {
      for (const Op& op : block.ops) {
        if (op.kind != OpKind::alias || op.others.empty() || !op.others[0].fields.empty()) continue;
        if (op.others[0].root != Root::parameter || op.object.root == Root::local) continue;
        const std::string slot = slot_key(op.object);
        if (!slot.empty()) stores[id].emplace_back(op.others[0].index, slot);
      }
    }
  }
  if (stores.empty()) return;
  for (FunctionId id = 0; id < program_->functions.size(); ++id) {
    for (const summary::Block& block : program_->functions[id].function->blocks) {
      for (const Op& op : block.ops) {
        for (const Callee& callee : op.callees) {
          if (callee.kind == Callee::Kind::stored) continue;
          const auto store = stores.find(find(id, callee.function));
          if (store == stores.end()) continue;
          for (const auto& [index, slot] : store->second) {
            if (index >= op.arguments.size() || op.arguments[index].function.empty()) continue;
            const FunctionId bound = find(id, op.arguments[index].function);
            if (bound != FunctionNames::kNone) bindings_[slot].push_back(bound);
          }
        }
      }
    }
  }
}

void Calls::resolve_all() {
  for (FunctionId id = 0; id < program_->functions.size(); ++id) {
    for (const summary::Block& block : program_->functions[id].function->blocks) {
      for (const Op& op : block.ops) {
        if (!op.callees.empty()) resolved_.emplace(&op, resolve(id, op));
      }
    }
  }
}

Resolved Calls::resolve(FunctionId from, const Op& op) const {
  Resolved resolved;
  for (const Callee& callee : op.callees) {
    if (!add_targets(from, callee, resolved.targets)) resolved.open = true;
  }
  sort_unique(resolved.targets);
  if (resolved.targets.size() > settings_.targets_max) {
    resolved.beyond.swap(resolved.targets);
    resolved.open = true;
  }
  return resolved;
}

// False: there may be others.
bool Calls::add_targets(FunctionId from, const Callee& callee,
                        std::vector<FunctionId>& targets) const {
  if (callee.kind == Callee::Kind::stored) {
    if (called_parameter(callee) != nullptr) return true;  // the callers know
    const auto bound = bindings_.find(slot_key(callee.slot));
    if (bound == bindings_.end()) return false;
    targets.insert(targets.end(), bound->second.begin(), bound->second.end());
    return true;
  }
  const FunctionId named = find(from, callee.function);
  if (named == FunctionNames::kNone) return false;
  const summary::Function& function = *program_->functions[named].function;
  const bool known = !function.blocks.empty() || !function.promises.empty();
  if (known) targets.push_back(named);
  if (callee.kind != Callee::Kind::virtual_method) return known;
  return add_overriders(named, targets) || known;
}

// All below the method, not only those that override it directly.
bool Calls::add_overriders(FunctionId method, std::vector<FunctionId>& targets) const {
  std::vector<FunctionId> todo{method};
  std::vector<FunctionId> seen{method};
  bool any = false;
  while (!todo.empty() && targets.size() <= kBeyondMax) {
    const auto below = overriders_.find(todo.back());
    todo.pop_back();
    if (below == overriders_.end()) continue;
    for (const FunctionId id : below->second) {
      if (std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
      seen.push_back(id);
      todo.push_back(id);
      if (program_->functions[id].function->blocks.empty()) continue;
      targets.push_back(id);
      any = true;
    }
  }
  return any;
}

}  // namespace lockweave::analyzer::link
