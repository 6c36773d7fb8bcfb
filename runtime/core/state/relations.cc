// runtime/core/state/relations.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/relations.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace lockweave::core {
namespace {

constinit std::atomic<JoinMade*> joins{nullptr};
constinit std::atomic<DeclaredOrder*> orders{nullptr};

template <class T>
void push(std::atomic<T*>& list, T* entry) {
  entry->next = list.load(std::memory_order_relaxed);
  while (!list.compare_exchange_weak(entry->next, entry, std::memory_order_release)) {
  }
}

}  // namespace

void remember_join(Id joined, Id by, std::uint32_t segment) {
  if (auto* entry = arena.make<JoinMade>(nullptr, joined, by, segment)) {
    push(joins, entry);
  } else {
    count_lost(Loss::joins);
  }
}

bool declare_order(Object& before, Object& after) {
  for (const DeclaredOrder* known = orders.load(std::memory_order_acquire); known != nullptr;
       known = known->next) {
    if (known->before == &before && known->after == &after) return false;
  }
  auto* entry = arena.make<DeclaredOrder>(nullptr, &before, &after);
  if (entry == nullptr) {
    count_lost(Loss::orders);
    return false;
  }
  push(orders, entry);
  return true;
}

void for_each_join(void (*visit)(void* context, const JoinMade& join), void* context) {
  for (const JoinMade* at = joins.load(std::memory_order_acquire); at != nullptr; at = at->next) {
    visit(context, *at);
  }
}

void for_each_order(void (*visit)(void* context, const DeclaredOrder& order), void* context) {
  for (const DeclaredOrder* at = orders.load(std::memory_order_acquire); at != nullptr;
       at = at->next) {
    visit(context, *at);
  }
}

void forget_relations_after_fork() { joins.store(nullptr, std::memory_order_relaxed); }

}  // namespace lockweave::core
