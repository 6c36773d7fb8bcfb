// analyzer/rules/guard_names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/guard_names.h"

#include <algorithm>
#include <utility>

namespace lockweave::analyzer::rules {
namespace {

constexpr int kBasesDepthMax = 16;

bool is_element(const std::string& field) { return !field.empty() && field.front() == '['; }

// Behind it is another object, which may outlive this one.
bool is_handle(const std::string& type) {
  return type.ends_with('*') || type.ends_with('&') || type.ends_with("*const") ||
         type.ends_with("* const") || type.find("_ptr<") != std::string::npos;
}

}  // namespace

std::string last_name(const std::string& key) {
  const std::size_t cut = key.find_last_of(":|");
  std::string name = cut == std::string::npos ? key : key.substr(cut + 1);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

GuardNames::GuardNames(const Program& program) : program_(program) {
  for (const Linked& linked : program.functions) add(linked);
}

void GuardNames::add(const Linked& linked) {
  const summary::Function& function = *linked.function;
  if (function.owner.empty() || function.constructor || function.destructor) return;
  for (const summary::Promise& promise : function.promises) {
    const bool itself = promise.lock.root == Root::object && promise.lock.fields.empty();
    if (promise.kind != summary::Promise::Kind::acquires || !itself) continue;
    capabilities_.insert(function.owner);
    lock_types_.insert(function.owner);
  }
  const auto& exits = linked.effects.exits;
  const bool takes_own =
      linked.lock_wrapper && std::any_of(exits.begin(), exits.end(), [](const link::Exit& exit) {
        return exit.taken.size() == 1 && exit.guard.root == Root::none &&
               exit.taken.front().lock.root == Root::object;
      });
  if (takes_own) lock_types_.insert(function.owner);
}

bool GuardNames::is_lock(const summary::Field& field) const {
  return field.lock || is_lock_type(field.owner_type);
}

bool GuardNames::has_lock(const std::string& class_key, int depth) const {
  const auto known = program_.classes.find(class_key);
  if (known == program_.classes.end() || depth > kBasesDepthMax) return false;
  const summary::Class& one = *known->second;
  return std::any_of(one.fields.begin(), one.fields.end(),
                     [&](const summary::Field& field) { return is_lock(field); }) ||
         std::any_of(one.bases.begin(), one.bases.end(),
                     [&](const std::string& base) { return has_lock(base, depth + 1); });
}

bool GuardNames::is_candidate(const summary::Field& field) const {
  return !is_lock(field) && !field.condition_variable && !field.thread && !field.atomic &&
         !field.constant && !field.reference;
}

bool GuardNames::is_candidate(const summary::Variable& variable) {
  return !variable.lock && !variable.condition_variable && !variable.atomic && !variable.constant &&
         !variable.thread_local_storage;
}

std::optional<GuardTarget> GuardNames::target_of(const Path& path) const {
  for (std::size_t i = path.fields.size(); i-- > 0;) {
    if (is_element(path.fields[i])) continue;
    const auto known = program_.fields.find(path.fields[i]);
    if (known == program_.fields.end()) return std::nullopt;
    const auto& [owner, field] = known->second;
    if (i + 1 != path.fields.size() && is_handle(field->type)) return std::nullopt;
    if (is_lock_type(owner->key) || !has_lock(owner->key)) continue;
    if (!is_candidate(*field)) return std::nullopt;
    return GuardTarget{owner, field, nullptr, i};
  }
  if (path.root != Root::global) return std::nullopt;
  const auto known = program_.variables.find(path.symbol);
  if (known == program_.variables.end() || !is_candidate(*known->second)) return std::nullopt;
  if (!path.fields.empty() && is_handle(known->second->type)) return std::nullopt;
  return GuardTarget{nullptr, nullptr, known->second, 0};
}

std::optional<GuardLock> GuardNames::lock_beside(const GuardTarget& target, const Path& path,
                                                 const Path& lock) const {
  if (target.field != nullptr) {
    Path owner = path;
    owner.fields.resize(target.depth);
    // Two that nobody can name need not be one.
    const bool named = owner.root != Root::none;
    if (named && link::extends(owner, lock) && lock.fields.size() > target.depth) {
      return spelled(lock, target.depth, {});
    }
  }
  if (lock.root != Root::global) return std::nullopt;
  return global_lock(lock);
}

std::optional<GuardLock> GuardNames::global_lock(const Path& lock) const {
  const auto known = program_.variables.find(lock.symbol);
  GuardLock start;
  start.sibling = false;
  start.name =
      without_anonymous(known == program_.variables.end() ? lock.name : known->second->name);
  start.capability = is_capability(lock.type);
  if (known != program_.variables.end()) start.type = known->second->type;
  if (lock.fields.empty() || is_lock_type(lock.type)) return start;
  return spelled(lock, 0, start);
}

// Members from `first` on, no further than to what is a lock itself.
std::optional<GuardLock> GuardNames::spelled(const Path& lock, std::size_t first,
                                             GuardLock result) const {
  bool through_handle = is_handle(result.type);
  for (std::size_t i = first; i < lock.fields.size(); ++i) {
    if (is_element(lock.fields[i])) return std::nullopt;
    if (!result.name.empty()) result.name += through_handle ? "->" : ".";
    result.name += last_name(lock.fields[i]);
    const auto known = program_.fields.find(lock.fields[i]);
    if (known == program_.fields.end()) continue;
    const summary::Field& field = *known->second.second;
    result.type = field.type;
    result.capability = is_capability(field.owner_type);
    through_handle = is_handle(field.type);
    if (is_lock(field)) break;
  }
  return result;
}

}  // namespace lockweave::analyzer::rules
