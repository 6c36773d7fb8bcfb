// runtime/core/state/endings.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where mutexes were destroyed, for who uses one all the same: glibc marks a destroyed mutex in its own
// words, so that much is certain, and here stands who destroyed it, and where.
// Thread-safety: any thread; entries are copied out. Cost: one captured stack for each destruction of a
// mutex that was used. Limit: the newest kEndingsMax are kept; of older ones the place is not told.
#pragma once

#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

struct Ending {
  std::uintptr_t address = 0;
  // What a report shows of the object: its own memory may be another's by then.
  lw_kind kind = LW_MUTEX;
  const char* name = nullptr;
  InternedStack* first = nullptr;
  Object* object = nullptr;  // made for reports, when it is first told
  Id by = 0;
  InternedStack* stack = nullptr;
};

inline constexpr std::uint32_t kEndingsMax = 1024;

inline bool tells_its_end(lw_kind kind) {
  return kind == LW_MUTEX || kind == LW_RECURSIVE_MUTEX || kind == LW_ERRORCHECK_MUTEX;
}
void note_ending(Object& object, Id by, InternedStack* stack);  // before its address is cleared
// The newest at `address`, to be told: its `object` still has the address. nullptr if there is none.
Ending ending_to_tell(std::uintptr_t address);

void for_each_ending_lock(LockVisitor visit);

}  // namespace lockweave::core
