// tools/lockweave/records/lock_wrappers.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of the user's that are there to lock: `Mutex::Lock()`, a guard's constructor, `lock_table()`.
// A finding names their caller, as the analyzer does (docs/design/identity.md, part 3): the same two
// lines of a wrapper stand in the stacks of every lock of a program.
//
// A wrapper is a function that has returned while what it locked was still held. Two stacks of one
// thread tell: where a lock was taken, and where the thread came to later, still holding it. From the
// outermost frame inwards they agree up to the function that went on; what lies deeper in the first one
// has returned.
//
// The stack of a held lock may be that of the first time it was taken at its place. So more is asked:
// the function takes at least two of the raw's locks, at one line, and is nowhere else in its stacks.
// Judged from the stacks of one raw, so a finding's fingerprint does not depend on what else a run
// has shown. Limits: a wrapper for one lock only is told as a place of its own; a stack whose outer
// frames were cut tells nothing; nor does a loop that locks twice at one place.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tools/lockweave/records/symbolized_records.h"

namespace lockweave::cli {

// How many of the innermost frames of `taken` had returned when `later` was reached; innermost first.
std::size_t returned_frames(std::span<const model::Site> taken, std::span<const model::Site> later);

// The stacks of a raw without the wrappers at their inner end; at least one frame is left.
class FindingStacks {
 public:
  FindingStacks(const RawFinding& raw, SymbolizedRecords& symbolized);

  SymbolizedRecords& symbolized() { return symbolized_; }
  const std::vector<model::Site>& stack(StackRef stack);
  model::Site place(StackRef stack);  // the innermost frame, or an empty site

 private:
  struct Taken {
    ObjectRef lock;
    const std::vector<model::Site>* stack = nullptr;
  };
  bool serves_several(const model::Site& function, const std::vector<Taken>& all);
  void note_wrappers(const Taken& taken, const std::vector<model::Site>& later,
                     const std::vector<Taken>& all);

  SymbolizedRecords& symbolized_;
  std::set<std::string> wrappers_;                           // plain names
  std::map<std::vector<std::string>, bool> serves_several_;  // by function and place
  std::map<StackRef, std::vector<model::Site>> stacks_;
};

}  // namespace lockweave::cli
