// analyzer/rules/guard_names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For infer_guards: what types are locks, which member an access is of, and how a lock is written
// beside it.
//
// A type is a lock if a method of it does nothing but take a lock of its own object, or is said to.
// Thread-safety: immutable; the Program must outlive it. Cost: linear in the length of the paths.
// Limits: two elements of unknown index of one array are one object.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "analyzer/rules/infer_guards.h"
#include "analyzer/rules/names.h"

namespace lockweave::analyzer::rules {

struct GuardTarget {  // a member, or a variable
  const summary::Class* owner = nullptr;
  const summary::Field* field = nullptr;
  const summary::Variable* variable = nullptr;
  std::size_t depth = 0;  // fields before the member
};

class GuardNames {
 public:
  explicit GuardNames(const Program& program);

  bool is_capability(const std::string& type_key) const { return capabilities_.contains(type_key); }
  bool is_lock_type(const std::string& type_key) const { return lock_types_.contains(type_key); }
  bool is_lock(const summary::Field& field) const;
  bool has_lock(const std::string& class_key, int depth = 0) const;  // or a base has
  bool is_candidate(const summary::Field& field) const;
  static bool is_candidate(const summary::Variable& variable);

  // Nothing: no member beside a lock, and no global variable.
  std::optional<GuardTarget> target_of(const Path& path) const;
  // The lock as it is written beside what `path` names; nothing: it is another object's.
  // GuardLock::declared is left empty.
  std::optional<GuardLock> lock_beside(const GuardTarget& target, const Path& path,
                                       const Path& lock) const;

 private:
  void add(const Linked& linked);
  std::optional<GuardLock> global_lock(const Path& lock) const;
  std::optional<GuardLock> spelled(const Path& lock, std::size_t first, GuardLock result) const;

  const Program& program_;
  std::set<std::string> capabilities_;
  std::set<std::string> lock_types_;
};

// "ns::Account::mu" -> "mu".
std::string last_name(const std::string& key);

}  // namespace lockweave::analyzer::rules
