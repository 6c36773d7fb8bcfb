// analyzer/rules/root_locks.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which global locks a thread holds for certain whenever it comes to a function. What all callers of a
// function hold (Linked::entry) is less: other threads come to it, too, with locks of their own.
//
//   crawler() { lock(a); unlink(); ... }      unlink() is not always called under `a`,
//   worker()  { unlink(); }                   but by the crawler it is
//
// A function that somebody calls through a parameter is taken to be called with nothing held. Of a table of
// locks any element counts as each other, as in all questions of protection.
// Thread-safety: none, it remembers. Cost: what the thread reaches, times the height of its locksets, at
// the first question of each root.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analyzer/rules/contexts.h"

namespace lockweave::analyzer::rules {

class RootLocks {
 public:
  explicit RootLocks(const Program& program) : program_(program) {}

  // Empty, too, if the thread does not come there by calls.
  const std::vector<Held>& at(std::uint32_t root, FunctionId function);

 private:
  using ByFunction = std::unordered_map<FunctionId, std::vector<Held>>;
  std::vector<FunctionId> starts_of(std::uint32_t root) const;
  ByFunction compute(std::uint32_t root) const;
  bool is_called_indirectly(FunctionId function) const;

  const Program& program_;
  std::map<std::uint32_t, ByFunction> known_;
};

}  // namespace lockweave::analyzer::rules
