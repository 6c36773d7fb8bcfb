// analyzer/link/effects.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From what a function does itself (its notes) and what its callees pass up, to its effects: the
// full ones, which rules read (Linked::effects), and the few that its own callers need (Summary).
//
// What is passed up. A want whose names all mean the same everywhere has been seen with what is
// held here; a caller only adds its own locks, so it goes up bare, once a lock and mode. What
// begins at a parameter or `this` goes up with its locks: only the caller knows what these are.
// Accesses go up where only the caller can say which variable it is (`*p = 1`).
// Limits: Settings::effects_max of each kind go up; sixteen times that is kept for the rules.
// Thread-safety: none; one thread links.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "analyzer/link/calls.h"
#include "analyzer/link/conditional_writes.h"
#include "analyzer/link/naming.h"
#include "analyzer/link/writes.h"

namespace lockweave::analyzer::link {

// A call or spawn through a parameter: the caller knows the function.
struct Indirect {
  Path slot;  // the parameter, in the names of whoever holds this
  const summary::Op* op = nullptr;
  std::vector<Path> arguments;  // of that call, the same
  bool spawns = false;
  std::vector<Held> held;
  std::vector<Path> released;
  Trace trace;
  std::vector<Premise> premises;
};

// What callers see of a function.
struct Summary {
  std::vector<Want> wants;
  std::vector<Stop> stops;
  std::vector<Touch> touches;
  std::vector<Indirect> indirect;
  std::vector<Exit> ways;  // exits that differ in what they do to locks; none: not known yet
  bool returns = true;     // or throws; no: it ends the process, or goes round for ever
};

// A function that is called through a parameter of somebody else, or spawned so.
struct PassedCall {
  FunctionId caller = 0;
  FunctionId callee = 0;
  const summary::Op* op = nullptr;  // the caller's own call
  Naming naming;
  std::vector<Held> held;  // certainly, in the caller's names
  std::vector<Path> given_up;
  bool spawns = false;
  std::string what;
  bool repeated = false;
};

struct Context {
  Context(Program& the_program, const Settings& the_settings, const Calls& the_calls,
          const Writes& the_writes, ConditionalWrites& the_conditional_writes)
      : program(the_program), settings(the_settings), calls(the_calls), writes(the_writes),
        conditional_writes(the_conditional_writes) {
    summaries.resize(program.functions.size());
    escaped.assign(program.functions.size(), false);
    passed.resize(program.functions.size());
  }

  Program& program;
  const Settings& settings;
  const Calls& calls;
  const Writes& writes;
  ConditionalWrites& conditional_writes;
  std::vector<Summary> summaries;
  std::vector<bool> escaped;  // passed to something that may call it whenever it likes
  std::vector<std::vector<PassedCall>> passed;  // by caller
  // Where arguments are not what the operation says because of an alias or guard.
  std::unordered_map<const summary::Op*, Naming> namings;
};

// Before operation `op` of the block; their number: at its end.
struct Place {
  std::uint32_t block = 0;
  std::size_t op = 0;
};

// What the flow saw at one operation, all states together.
struct Note {
  const summary::Op* op = nullptr;
  Place place;
  Moment* moment = nullptr;  // of Linked::moments
  std::uint32_t states = 0;
  std::vector<std::uint32_t> certain_in;  // by entry of moment.held
  std::vector<Path> surely_given_up;
  std::vector<Premise> premises;  // that are true in all states
  std::vector<Premise> supposed;  // on entry, by all of them
  std::optional<State> sample;    // of calls and spawns: one of the states
};

Trace step_of(FunctionId function, const summary::Op* op, const Trace& inner,
              const Settings& settings);

// Fills effects (but exits), the summary, and what `function` passes to others.
void combine_effects(Context& context, FunctionId function, const std::vector<Note>& notes);
// Of a function that is only declared: what its attributes promise.
void promised_effects(Context& context, FunctionId function);
// Exits as callers need them.
std::vector<Exit> ways_of(const std::vector<Exit>& exits);

}  // namespace lockweave::analyzer::link
