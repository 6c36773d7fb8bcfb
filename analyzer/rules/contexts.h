// analyzer/rules/contexts.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An operation as its callers see it. A function that locks `from.mu` says little; called with
// `savings` it says which lock that is. `CallSites::contexts` goes from an operation outwards, call
// by call, until its paths name variables, or nobody is left who could say more. It also goes from
// a thread's function to the spawn, whose arguments it takes, but then only names come from out
// there: what the spawner held, the thread does not hold.
//
// Thread-safety: immutable after construction; the Program must outlive it.
// Limits: at most 32 contexts of an operation, 12 calls deep, kClimbsMax calls looked at; recursion
// is entered once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/rules/names.h"

namespace lockweave::analyzer::rules {

// One place that runs a function.
struct CallSite {
  FunctionId caller = 0;
  const Moment* moment = nullptr;
  std::optional<std::uint32_t> root;  // of a spawn: the thread it begins
};

struct Context {
  FunctionId top = 0;          // the function in whose names `paths` and `held` are
  std::vector<Path> paths;     // as asked for
  std::vector<Held> held;      // outermost first; of the thread's own functions from trace on
  std::vector<Path> released;  // given up on the way: a caller's hold of it does not count
  Trace trace;                 // from the outermost function gone to, in this thread
  std::optional<std::uint32_t> root;  // known when a spawn was crossed

  const link::TraceStep& inner() const { return link::innermost(trace); }
};

class CallSites {
 public:
  explicit CallSites(const Program& program);

  const std::vector<CallSite>& of(FunctionId function) const { return sites_[function]; }
  const Program& program() const { return program_; }

  std::vector<Context> contexts(FunctionId function, Trace trace, std::vector<Path> paths,
                                std::vector<Held> held, std::vector<Path> released = {}) const;
  // An operation of the function itself, with what is held there (not what callers hold).
  std::vector<Context> contexts(FunctionId function, const Moment& moment,
                                std::vector<Path> paths) const;

  // Calls that lead from `from` to `to`, outermost first; empty: none, or the same.
  Trace around(FunctionId from, FunctionId to, const Trace& inner) const;

 private:
  struct Search {
    std::vector<Context> found;
    std::size_t steps = 0;
  };
  void climb(Context context, std::vector<FunctionId> through, Search& search) const;

  const Program& program_;
  std::vector<std::vector<CallSite>> sites_;
};

Trace trace_of(FunctionId function, const Op* op, Trace inner = nullptr);

// All that is held at the context for certain: also what every caller holds.
std::vector<Held> certain_locks(const Program& program, const Context& context);
// The threads that can be in it. Only those that share memory and locks with the others.
std::vector<std::uint32_t> threads_of(const Program& program, const Context& context);
bool shares_memory(const link::ThreadRoot& root);
// Begun by the program, or by the project's word.
bool is_started(const link::ThreadRoot& root);
bool is_real(const link::ThreadRoot& root);  // begun by this program, not by an unknown user

// Can both happen at a time, in two threads?
bool parallel(const Program& program, const Context& a, const Context& b);
// The same, in just these threads.
bool parallel_in(const Program& program, const Context& a, std::uint32_t root_a, const Context& b,
                 std::uint32_t root_b);
// The same where both are about a member of some object, and not of the one variable: two threads
// of one kind, each begun for an object of its own, do not meet there.
bool parallel_on_one_object(const Program& program, const Context& a, const Context& b);
bool meet_on_one_object(const Program& program, std::uint32_t root_a, std::uint32_t root_b);
// Does what happens there surely happen while the thread is alive? Its object has it from the
// constructor on, or joins it afterwards.
bool surely_beside(const Program& program, const Context& context, std::uint32_t root);
// Can the two threads, or two of the one, be there at a time?
bool can_overlap(const Program& program, std::uint32_t root_a, std::uint32_t root_b);

// `path` of a function as the caller names it at `site`.
Path named_by_caller(const Program& program, const CallSite& site, const Path& path);

}  // namespace lockweave::analyzer::rules
