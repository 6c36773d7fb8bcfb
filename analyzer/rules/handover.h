// analyzer/rules/handover.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two accesses of two threads that something the threads say to each other puts in order, although no
// lock is common to both: what the one does after its access, and the other waits for before its own.
//
//   a semaphore, queue, latch, future, task: posted, and waited for; a barrier is both
//   a condition variable: the flag that the wait tests is set; if it tests none: a notify
//   a flag under a lock: set there, and tested there, and only the right answer leads to the access
//   an atomic that is stored to, and waited on
//   once-initialisation: done in it, and seen after it
//
// "After" and "before" hold in the access's own function or in all that call it.
// Thread-safety: none, it remembers. Limits: callers 3 levels up, at most 8 each; past that only what is
// found further in counts. That a post stands on every path is not asked; that of several values of a
// flag this one was meant only where both are constants.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "analyzer/rules/accesses.h"

namespace lockweave::analyzer::rules {

enum class Handover : std::uint8_t {
  none,
  guessed,  // by an atomic flag of the user's own; or only of the first of several rounds
  sure,
};

class Handovers {
 public:
  explicit Handovers(const Program& program) : program_(program) {}

  Handover between(const Access& a, const Access& b);

  // Something that one thread says or waits for.
  struct Signal {
    enum class Kind : std::uint8_t { object, condition_variable, flag, once };
    Kind kind = Kind::object;
    const Op* op = nullptr;
    Path object;
    summary::Answer value = summary::Answer::unknown;  // of a flag: is it true
    std::vector<Held> locks;                           // of a flag: under which it is set or tested
  };
  using Signals = std::vector<Signal>;

 private:
  enum class Side : std::uint8_t { said_after, awaited_before };
  const Signals& at(FunctionId function, const Op* op, Side side);
  const Signals& around(FunctionId function, Side side, int levels);
  const Signals& of(const Access& access, Side side);
  Handover goes_from(const Access& first, const Access& second);

  const Program& program_;
  std::map<std::pair<const Op*, Side>, Signals> known_;
  std::map<std::tuple<FunctionId, Side, int>, Signals> around_;
  std::map<std::pair<link::Trace, Side>, Signals> of_accesses_;
};

}  // namespace lockweave::analyzer::rules
