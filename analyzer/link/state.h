// analyzer/link/state.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known at one point of one function on some of its paths: locks held, guards and what they
// own, names that stand for something else, conditions.
// Invariants: a lock is held at most twice (a recursive one; more is not counted); targets of
// aliases are resolved; facts and aliases are sorted.
// Thread-safety: plain data. Cost: linear in what is held and named, a handful.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "analyzer/link/paths.h"
#include "analyzer/link/premises.h"
#include "analyzer/link/program.h"

namespace lockweave::analyzer::link {

using summary::Answer;

struct Guard {
  Path path;
  std::vector<Path> locks;
  Answer owns = Answer::unknown;
  summary::Mode mode = summary::Mode::exclusive;
  Answer recursive = Answer::unknown;
  bool leaving = false;  // moved into an argument: gone when the next call is done
};

// Why a lock is given back: by its own name or a guard's, or because a guard of unknown content
// ends.
enum class GiveBack : std::uint8_t { surely, if_owned };

struct State {
  std::vector<Held> held;
  std::vector<Guard> guards;
  std::vector<std::pair<Path, Path>> aliases;
  std::vector<std::pair<std::uint32_t, bool>> facts;  // condition -> value
  std::vector<Path> released;                         // callers' locks given up
  std::vector<Path> ended;                            // guards from outside that were destroyed
  std::vector<Path> freed;                            // free because this function gave them back
  Path returned_object;
  Answer returned = Answer::unknown;
  bool thrown = false;
  // These do not tell states apart.
  const summary::Op* leave = nullptr;
  std::vector<Premise> premises;  // what is true now
  std::vector<Premise> supposed;  // what was true on entry, for this way to be taken
  std::vector<Denial> denials;

  Path resolve(const Path& path) const;
  Guard* guard_at(const Path& resolved);
  const Guard* guard_at(const Path& resolved) const;
  // What is locked when somebody locks `resolved`: the lock behind a guard, else itself.
  std::vector<Path> locks_of(const Path& resolved) const;
  Path lock_of(const Path& resolved) const;
  bool holds(const Path& lock) const;

  void take(Held entry);
  void give_back(const Path& lock, GiveBack why, bool by_guard);
  void end_guard(Guard& guard);  // releases what it owns; it stays, empty
  void remove_guard(const Path& path);
  Guard& put_guard(Guard guard);

  void set_alias(const Path& name, const Path& target);
  // The variable means another object from here on; what was known of the old one keeps a name that
  // equals no current one: index 1.
  void renew(const Path& variable);

  // What was supposed of the object, or of all that others can change.
  void forget(const Path& written);
  void forget_shared();
  void forget_where(const std::function<bool(const Path&)>& subject);
  void forget_denials(const std::function<bool(const Path&)>& subject);
  // Of two states else alike what both suppose remains. Has this one changed?
  bool suppose_less(const State& other);

  Answer fact(std::uint32_t condition) const;
  void set_fact(std::uint32_t condition, Answer value);
};

bool same_held(const Held& a, const Held& b);
bool same_state(const State& a, const State& b);
// Alike in what they do to locks: facts, names and what is free may differ.
bool same_effect(const State& a, const State& b);
// What is true in both.
State merged(const State& a, const State& b);

}  // namespace lockweave::analyzer::link
