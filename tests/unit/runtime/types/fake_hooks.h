// tests/unit/runtime/types/fake_hooks.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A runtime that only writes down which hooks were called: what the types promise to say.
// Thread-safety: all functions from any thread. Of one object's events the order is the real one.
#pragma once

#include <string>
#include <vector>

#include "lockweave/hooks.h"

namespace fake {

struct Event {
  std::string call = {};  // "enter", "acquired", "block_begin"... as in hooks.h without lw_
  const void* object = nullptr;
  lw_kind kind = LW_MUTEX;
  int flags = 0;  // also: `all` of notify, permits of semaphore_begin, kind of access
  const void* with = nullptr;
  const int* owner = nullptr;
  const void* pc = nullptr;
  std::string text = {};  // a name; "rule/variant" of misuse
  unsigned long thread = 0;
};

void clear();
std::vector<Event> all();
std::vector<Event> of(const void* object);

// The calls of the calling thread, in order, as "enter acquired leave".
std::string mine();

// The one event with this call and object; fails the test when there is none.
Event only(const std::string& call, const void* object);

// Returns once some thread has called `call` for `object`: the gate that replaces sleeping.
void await(const std::string& call, const void* object);

// While false, lw_enter answers 0: the runtime is shutting down.
void set_up(bool up);

// While false, lw_release answers that it has not seen the lock taken.
void set_knows_holders(bool knows);

}  // namespace fake
