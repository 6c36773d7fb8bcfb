// analyzer/link/program.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All units as one program: who calls whom, what each function does to locks, what is held at every
// operation, which threads there are. Rules read this and nothing else.
//
//   std::vector<summary::Unit> units = ...;
//   const Program program = link_program(std::move(units), Settings{});
//
// How it comes about, each step close to linear in the size of the program:
//   1. functions of equal key are merged (merge.h); classes and overriders are collected;
//   2. calls are resolved (calls.h): direct; virtual by the class hierarchy; stored by what was
//      bound to that member or variable; through a parameter by what each caller passes; at most
//      Settings::targets_max targets, else the call stays open;
//   3. bottom-up over the strongly connected components of the call graph, each function is run
// over
//      its own blocks (flow.h) with what its callees do already known (effects.h);
//   4. top-down, what callers hold at every call (Linked::entry) and which roots reach it.
//
// The flow of one function keeps a few states apart (one a combination of locks held and outcomes
// known), so that `if (b) lock(); ... if (b) unlock();` and `if (!m.try_lock()) return;` are
// understood. Past Settings::states_max states are merged: what only some held is no longer
// certain.
// May-locksets (all of Moment::held) are for lock order, must-locksets (those `certain`) for
// protection.
//
// Thread-safety: a Program is immutable.
// Limits: no pointer analysis: two names of one object are two objects unless one was made from the
// other in the same function. Recursion is cut after two rounds.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::link {

using summary::Path;

struct Settings {
  std::uint32_t states_max = 12;  // of a block
  std::uint32_t effects_max =
      64;  // wants, blocks, accesses... that a function passes to its callers
  std::uint32_t targets_max = 8;  // of an open call
  std::uint32_t depth_max = 24;   // of a trace
  // Functions in which a thread begins, though nothing here starts it: qualified names.
  std::vector<std::string> thread_roots;
};

using FunctionId = std::uint32_t;  // index of Program::functions

// ---- how one gets there -------------------------------------------------------------------------

// From a function inwards: a call, the call in there, ..., at last the operation. Shared,
// immutable.
struct TraceStep {
  FunctionId function = 0;
  const summary::Op* op = nullptr;
  std::shared_ptr<const TraceStep> inner;  // null: `op` is the operation itself
  std::uint32_t depth =
      1;  // steps from here on; past Settings::depth_max the ones between are left out
};
using Trace = std::shared_ptr<const TraceStep>;
const TraceStep& innermost(const Trace& trace);

// ---- names -------------------------------------------------------------------------------------

// How sure we are that two equal names are one object.
enum class Grade : std::uint8_t {
  object,      // a variable, or a member of one; or the same path from the same local or `this`
  same_class,  // the same member of the same class: perhaps of two objects
  unknown,     // a parameter, what a call returned, an element of unknown index
};

struct Identity {
  Grade grade = Grade::unknown;
  std::string object;  // key of exactly this object; empty unless grade is object
  // Key of the member or variable, whatever the object: with what it is a part of,
  // "Bank::vault.Shard::mu".
  // Empty: unknown.
  std::string of_class;
  std::string name;  // for people: "Account::mu", "ns::mu"
};
Identity identity_of(const Path& path);
std::string name_of(const Path& path);
// Of the last member, as declared (Program::fields), whatever it is a part of; empty: there is
// none.
const std::string& member_key(const Path& path);
// Is its last part reached by a reference that is a member of something? Who else refers to it is
// not known.
bool is_referred(const Path& path);
// `b` is `a` or inside of it, as `node.next.mu` is inside of `node`.
bool extends(const Path& a, const Path& b);

// ---- what was supposed --------------------------------------------------------------------------

// That a value is not zero or, if it `compares`, that it is `value`; or that it is not.
// (premises.h)
struct Premise {
  Path subject;
  std::int64_t value = 0;
  bool compares = false;
  bool holds = true;
};
// Premises that are not all true at once.
using Denial = std::vector<Premise>;

// ---- what is held -------------------------------------------------------------------------------

struct Held {
  Path lock;
  summary::Mode mode = summary::Mode::exclusive;
  summary::Answer recursive = summary::Answer::unknown;
  bool certain = true;      // on every path to here
  bool tried = false;       // taken by a try
  bool by_guard = false;    // a guard will release it
  std::uint32_t group = 0;  // not 0: taken together with the others of this number, in no order
  Trace taken;              // from this function to the acquisition
};

// An operation, as its function does it, with what this function and its callees took before. What
// callers hold is in Linked::entry.
struct Moment {
  const summary::Op* op = nullptr;
  std::uint32_t block = 0;
  bool reached = true;     // false: no state arrives here
  std::vector<Held> held;  // in the order taken; union of the states
  Path object;             // op->object with local aliases resolved
  // op->others the same; of a wait and of an operation on a known guard: the locks behind the
  // guard.
  std::vector<Path> others;
  std::vector<FunctionId> targets;  // of a call or spawn: what it may run
  bool open = false;                // a call that could not be resolved, wholly or in part
  bool many = false;                // ... because the program has too many functions for it
  // Is the lock (object) or guard definitely free / definitely held in every state? For rules about
  // release; unknown where a caller may have taken it.
  bool surely_held = false;
  bool surely_free = false;  // this function itself released it, or took and released it
  // What is known here of global variables, and members of them, that are modes (phases.h).
  std::vector<Premise> modes;
  // Locks that this function had not taken, may have released before and not taken again: not in
  // Linked::entry here.
  std::vector<Path> given_up;
};

// ---- what a function does; paths begin at its parameters, `object`, globals, locals -------------
//
// Of itself, and of all it calls with what it holds there. What a callee does under its own locks
// is told there: from here it is bare (no `held` but this function's), unless the names differ
// here.
// A local with index 1 is a callee's: another object each time, however equal the path.

struct Want {  // an acquisition in it or below it
  Path lock;
  summary::Mode mode = summary::Mode::exclusive;
  summary::Attempt attempt = summary::Attempt::blocking;
  summary::Answer recursive = summary::Answer::unknown;
  std::uint32_t group = 0;
  Trace trace;
  std::vector<Held> held;      // taken inside, before it
  std::vector<Path> released;  // callers' locks that were given up before it
  std::vector<Premise> premises;
};

struct Stop {  // a wait, a block, a notify, a post, a join, a spawn, a fork below it: op says which
  Path object;
  std::vector<Path> others;
  Trace trace;
  std::vector<Held> held;
  std::vector<Path> released;
  std::vector<Premise> premises;
};

struct Touch {  // an access in it or below it
  Path object;
  Trace trace;
  std::vector<Held> held;
  std::vector<Premise> premises;
};

// One way to leave the function.
struct Exit {
  std::vector<Held> taken;                              // still held
  std::vector<Path> released;                           // that it had not taken itself
  summary::Answer returned = summary::Answer::unknown;  // the bool
  Path guard;                 // locks in `taken` owned by the returned guard: path {result}
  std::vector<Path> guarded;  // ... which these are
  std::vector<Path> ended;    // guards from outside that were destroyed: what they own is released
  Path object;                // what the returned pointer or reference names; none: unknown
  std::vector<std::pair<Path, Path>>
      aliases;                         // member of `object` or of a parameter -> what it refers to
  const summary::Op* leave = nullptr;  // the return or throw; null: the closing brace
  bool thrown = false;
  std::vector<Premise> premises;  // on entry, of what callers can name
  std::vector<Denial> denials;    // where these are true, another way is taken
};

struct Effects {
  std::vector<Want> wants;
  std::vector<Stop> stops;
  std::vector<Touch> touches;
  std::vector<Exit> exits;  // without duplicates
  bool cut = false;         // a limit was met
};

// ---- functions and threads ----------------------------------------------------------------------

struct Linked {
  const summary::Function* function = nullptr;
  std::uint32_t unit = 0;       // index of Program::units, for places
  std::vector<Moment> moments;  // in the order of flow: blocks in reverse post-order
  Effects effects;
  std::vector<Held> entry;           // certainly held by every caller, whatever the way (must)
  std::vector<FunctionId> callers;   // without duplicates
  std::vector<std::uint32_t> roots;  // indices of Program::roots that reach it
  bool for_one_program = false;  // others have a definition of their own, and nobody else sees this
  bool lock_wrapper =
      false;  // its purpose is to take or give back a lock: lock(), unlock(), a guard's constructor
};

// Certainly held at the moment: by the function itself or by every caller.
std::vector<Held> surely_held_at(const Linked& function, const Moment& moment);

// Where a thread begins. Root 0 is main if there is one; several programs have one each. Every
// function that nobody calls and others could (external linkage, not hidden, and not a program's copy
// of what libraries have, too) is reached by the one root of kind "caller", which stands for all
// users.
struct ThreadRoot {
  // "main", "thread", "async", "signal", "timer", "process", "caller", "declared"
  std::string what;
  FunctionId function = 0;
  FunctionId spawner = 0;
  const summary::Op* spawn = nullptr;  // null: main, caller, and what the project declares
  bool several = false;                // more than one at a time, in one program or another
  // ... and begun side by side, in a loop or into a container; else each with what its spawner made
  // for it.
  bool on_one_object = false;
  // Positions in the spawner's own order: what the spawner does before `begins` or after `ends`
  // does not overlap with it. Indices of the spawner's moments; ends: SIZE_MAX if it is never
  // joined.
  std::size_t begins = 0;
  std::size_t ends = SIZE_MAX;
  std::vector<std::uint32_t> mains;  // the programs it belongs to: indices of roots; empty: any
  bool of_users = false;             // a user's program can have it, too
  std::vector<std::uint32_t> several_in;  // if `several`: in which of `mains`
};

struct File {
  std::string path;
};

class Program {
 public:
  Program() = default;
  Program(Program&&) = default;
  Program& operator=(Program&&) = default;

  std::vector<summary::Unit> units;
  std::vector<Linked> functions;  // sorted by key
  std::vector<ThreadRoot> roots;
  std::map<std::string, const summary::Class*, std::less<>> classes;
  std::map<std::string, const summary::Variable*, std::less<>> variables;
  std::map<std::string, std::pair<const summary::Class*, const summary::Field*>, std::less<>>
      fields;
  // By slot_key: may the holder take such a lock again? Not there: only its type tells.
  std::map<std::string, summary::Answer, std::less<>> lock_kinds;

  std::uint64_t work =
      0;  // operations run and effects combined: what linking cost, whatever the machine

  // What of a function may overlap with a root, seen from the thread that spawned it. (roots.h)
  struct Overlap {
    bool anywhere = true;     // not known more exactly
    std::vector<bool> whole;  // functions that may run at any time of theirs
    std::map<FunctionId, std::vector<std::pair<std::size_t, std::size_t>>> spans;  // of moments
  };
  std::vector<Overlap> overlaps;  // by root

  // What main does before it begins the first thread, if it begins one: of main the moments below
  // that index, and whole functions that nothing calls later. Empty: linked without (roots.h).
  std::map<FunctionId, std::size_t> first_thread;
  std::vector<bool> start_up;

  // By program (its main) and thread: what is known of modes in each function that the thread comes to
  // there (phases.h). Empty: there are none.
  std::map<std::pair<std::uint32_t, std::uint32_t>,
           std::unordered_map<FunctionId, std::vector<Premise>>>
      phases;

  // Can something run `a` in one thread while something runs `b` in another? By roots, their
  // multiplicity, and create/join; a function without roots may run anywhere.
  bool parallel(FunctionId a, FunctionId b) const;
  // More exactly, at these moments (of main, what is before the first thread is alone).
  bool parallel(FunctionId a, const summary::Op* at_a, FunctionId b, const summary::Op* at_b) const;
  // The same, `a` in just this thread and `b` in that.
  bool parallel_in(std::uint32_t root_a, FunctionId a, const summary::Op* at_a,
                   std::uint32_t root_b, FunctionId b, const summary::Op* at_b) const;

  const std::string& file_of(FunctionId function, summary::Place place) const;  // empty: unknown
  // A FunctionId by key; functions.size(): none.
  FunctionId find(std::string_view key) const;
};

Program link_program(std::vector<summary::Unit> units, const Settings& settings);

}  // namespace lockweave::analyzer::link
