// analyzer/link/calls.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a call or spawn may run, as far as one can say without knowing who calls the function it
// stands in: direct callees; the method named and all that override it; what was ever stored in a
// member or variable, also through a function that stores its parameter there. A call through a
// parameter is left to the callers (effects.h).
// Cost: linear in operations; at most Settings::targets_max targets each, else none and `open`, and
// kBeyondMax `beyond`.
// Thread-safety: immutable after construction.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/link/merge.h"
#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {

struct Resolved {
  std::vector<FunctionId> targets;  // sorted
  // Too many to follow what they do; but it is in this thread that they run.
  std::vector<FunctionId> beyond;
  bool open = false;
};

// The parameter that a call goes through, or null.
const Path* called_parameter(const summary::Callee& callee);

class Calls {
 public:
  Calls(const Program& program, const FunctionNames& names, const Settings& settings);

  const Resolved& of(const summary::Op& op) const;
  // The function of that key, as this function's unit means it; FunctionNames::kNone: unknown.
  FunctionId find(FunctionId from, std::string_view key) const;

 private:
  void collect_overriders();
  void collect_bindings();
  void bind_stored_parameters();
  void resolve_all();
  Resolved resolve(FunctionId from, const summary::Op& op) const;
  bool add_targets(FunctionId from, const summary::Callee& callee,
                   std::vector<FunctionId>& targets) const;
  bool add_overriders(FunctionId method, std::vector<FunctionId>& targets) const;

  const Program* program_;
  const FunctionNames* names_;
  Settings settings_;
  std::unordered_map<FunctionId, std::vector<FunctionId>> overriders_;  // direct ones
  std::unordered_map<std::string, std::vector<FunctionId>> bindings_;   // by slot
  std::unordered_map<const summary::Op*, Resolved> resolved_;
};

}  // namespace lockweave::analyzer::link
