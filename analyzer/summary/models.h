// analyzer/summary/models.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a project says about its own types and functions (.lockweave.toml), beyond what is built in and
// what is found by looking at the code. Names are qualified, without template arguments.
// Part of what a cached summary depends on.
#pragma once

#include <string>
#include <vector>

namespace lockweave::analyzer::summary {

struct LockModel {  // a lock type: members by name; as free functions if `functions`
  std::string type;
  std::vector<std::string> lock, unlock, try_lock, lock_shared, unlock_shared, try_lock_shared;
  bool recursive = false;
  friend bool operator==(const LockModel&, const LockModel&) = default;
};

struct GuardModel {  // a class whose constructor locks its argument and whose destructor unlocks it
  std::string type;
  std::vector<std::string> lock, unlock;  // members that do it in between
  bool shared = false;
  friend bool operator==(const GuardModel&, const GuardModel&) = default;
};

struct Models {
  std::vector<LockModel> locks;
  std::vector<GuardModel> guards;
  std::vector<std::string> blocking;      // functions that wait for another thread or the outside
  std::vector<std::string> thread_roots;  // functions in which a thread begins
  std::vector<std::string>
      spawning;                // functions that run their function argument in another thread
  bool system_bodies = false;  // look into bodies in system headers, too
  friend bool operator==(const Models&, const Models&) = default;
};

}  // namespace lockweave::analyzer::summary
