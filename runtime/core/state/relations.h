// runtime/core/state/relations.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Facts that relate threads or objects and are kept for the end of the process: joins, and orders
// the user declared. Append-only lists. Thread-safety: lock-free push, walk at any time.
#pragma once

#include "runtime/core/state/tables.h"

namespace lockweave::core {

struct JoinMade {
  JoinMade* next;
  Id joined;
  Id by;
  std::uint32_t segment;
};
struct DeclaredOrder {
  DeclaredOrder* next;
  Object* before;
  Object* after;
};

void remember_join(Id joined, Id by, std::uint32_t segment);
bool declare_order(Object& before, Object& after);  // true: it is new

void for_each_join(void (*visit)(void* context, const JoinMade& join), void* context);
void for_each_order(void (*visit)(void* context, const DeclaredOrder& order), void* context);

void forget_relations_after_fork();

}  // namespace lockweave::core
