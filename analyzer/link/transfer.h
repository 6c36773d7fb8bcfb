// analyzer/link/transfer.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What one operation makes of one state: usually one state, several where it can end in several
// ways.
// Thread-safety: none. Cost: the size of the state, times the ways in which callees can end.
#pragma once

#include <vector>

#include "analyzer/link/effects.h"
#include "analyzer/link/entry_values.h"
#include "analyzer/link/flow_facts.h"
#include "analyzer/link/state.h"

namespace lockweave::analyzer::link {

class Transfer {
 public:
  Transfer(Context& context, FunctionId function, const FlowFacts& facts)
      : context_(context), function_(function), facts_(facts), entry_values_(context, function) {}

  void apply(const summary::Op& op, Place place, State state, std::vector<State>& out);
  // From the place on the premise is known.
  void learn(Premise premise, Place place, State& state);
  // At the exit block.
  Exit exit_of(const State& state) const;

 private:
  using States = std::vector<State>;
  void take_locks(const summary::Op& op, State state, const std::vector<Path>& locks,
                  const Path* guard, States& out);
  void guard_operation(const summary::Op& op, State state, States& out);
  void begin_guard(const summary::Op& op, State state, States& out);
  void move_guard(const summary::Op& op, State& state);
  void swap_guards(const summary::Op& op, State& state);
  void test_guard(const summary::Op& op, State state, States& out);
  void rename(const summary::Op& op, State& state);
  void assign(const summary::Op& op, State& state);
  void write(const summary::Op& op, State& state) const;
  void leave(const summary::Op& op, State& state);
  void call(const summary::Op& op, State state, States& out);
  void call_one(const summary::Op& op, const State& state, FunctionId target, States& out);
  bool suppose_way(const summary::Op& op, const Exit& way, const Naming& naming, State& state);
  void forget_written(FunctionId target, State& state) const;
  std::vector<Premise> known_at(const State& state) const;
  void take_exit(const summary::Op& op, FunctionId target, const Exit& way, const Naming& naming,
                 State& state);
  void take_result(const summary::Op& op, const Exit& way, const Naming& naming, State& state);

  Context& context_;
  FunctionId function_;
  const FlowFacts& facts_;
  EntryValues entry_values_;
  Place place_;
};

}  // namespace lockweave::analyzer::link
