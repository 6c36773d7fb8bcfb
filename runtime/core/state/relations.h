// runtime/core/state/relations.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Facts that relate threads or objects and are kept for the end of the process: joins, and orders
// the user declared. They are only added to. Thread-safety: any thread. Memory: 12 bytes a join.
#pragma once

#include "runtime/core/state/tables.h"

namespace lockweave::core {

struct JoinMade {
  Id joined;
  Id by;
  std::uint32_t segment;
};
struct DeclaredOrder {
  DeclaredOrder* next;
  Object* before;
  Object* after;
};

// Both are observed (thread_state.h): nothing else is asked for at the end.
void remember_join(Id joined, Id by, std::uint32_t segment);
bool declare_order(Object& before, Object& after);  // true: it is new

void for_each_join(void (*visit)(void* context, const JoinMade& join), void* context);
void for_each_order(void (*visit)(void* context, const DeclaredOrder& order), void* context);

void for_each_relation_lock(LockVisitor visit);
void forget_relations_after_fork();

}  // namespace lockweave::core
