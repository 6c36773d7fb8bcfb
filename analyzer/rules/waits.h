// analyzer/rules/waits.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the rules about waiting share: every wait on a condition variable, and who notifies it.
#pragma once

#include <vector>

#include "analyzer/rules/contexts.h"

namespace lockweave::analyzer::rules {

// A wait, a notification, a block or a post, where it meets the locks held, named as well as can be.
struct Halt {
  const Op* op = nullptr;
  Path object;               // condition variable, semaphore, queue, handle...
  std::vector<Path> others;  // of a wait: its mutex
  Context context;           // held: at that time, without the wait's own mutex
};

// All operations of that kind in the program, once for each context.
std::vector<Halt> halts(const CallSites& sites, OpKind kind);

// Does a thread that does `later` want `lock` before it, or hold it then? Where: `taken`.
// `moment_of` is in the function `in`, or in one below it.
struct Need {
  bool needed = false;
  bool exact = false;  // the same object for certain
  Trace taken;
  summary::Mode mode = summary::Mode::exclusive;
};
Need needs_before(const CallSites& sites, const Halt& later, const Path& lock);

// Does the thread want the lock at any time of its life?
Need needs_ever(const CallSites& sites, std::uint32_t root, const Path& lock);

}  // namespace lockweave::analyzer::rules
