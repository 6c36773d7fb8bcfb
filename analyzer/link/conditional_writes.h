// analyzer/link/conditional_writes.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which functions may write a variable or member although something is known of its value?
// `if (!c->busy) begin(c);` leaves `busy` alone for whoever knows that it is set, however often and
// from how deep it is called.
//
// A function writes under what is known if one of its own writes, or a call of a function that does,
// can be reached without a branch that what is known rules out. Until the first write the value is
// that of the entry, so the branches on the way may be answered by it: the least fixed point over
// the call graph, recursion included.
// Limits: as in writes.h; whose member it is does not matter, but a function's own write counts as
// kept by a branch only if both name the same object. Branches on what only the function itself has
// answer nothing.
// Cost: on the first question about a subject and what is known, the blocks of all functions that
// test it and, if that changes anything, the callers of all that write it; then a lookup.
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "analyzer/link/writes.h"

namespace lockweave::analyzer::link {

class ConditionalWrites {
 public:
  ConditionalWrites(const Program& program, const Calls& calls, const Components& components,
                    const Writes& writes);

  // May a call of it, made while `known` is true, change the value that this speaks of?
  bool written_by(FunctionId function, const Premise& known);

 private:
  using Number = Writes::Number;
  using Functions = std::vector<bool>;
  // Functions that test the value, each with the blocks that can be reached: only those that have a
  // write in others.
  using Guarding = std::map<FunctionId, std::vector<bool>>;
  using Question = std::tuple<Number, std::int64_t, bool, bool>;

  void collect_functions();
  std::optional<Functions> writers_under(Number number, const Premise& known) const;
  Guarding guarding(Number number, const Premise& known) const;
  std::vector<bool> reached(const summary::Function& function, Number number,
                            const Premise& known) const;
  bool rules_out(const summary::Function& function, const summary::Edge& edge, Number number,
                 const Premise& known) const;
  bool writes(FunctionId function, const summary::Op& op, Number number) const;
  bool calls_from(FunctionId caller, const std::vector<bool>& blocks, FunctionId callee) const;
  bool writes_itself(FunctionId function, const std::vector<bool>& blocks, Number number) const;

  const Program& program_;
  const Calls& calls_;
  const Writes& writes_;
  std::vector<std::vector<FunctionId>> callers_;  // by function
  std::vector<std::vector<FunctionId>> testers_;  // by number
  std::vector<std::vector<FunctionId>> writers_;  // by number: those with a write of their own
  std::map<Question, std::optional<Functions>> known_;  // nothing: all that write at all
};

}  // namespace lockweave::analyzer::link
