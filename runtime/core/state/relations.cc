// runtime/core/state/relations.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/relations.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace lockweave::core {
namespace {

constexpr std::uint32_t kJoinsInChunk = 1024;

struct JoinChunk {
  JoinChunk* next = nullptr;
  std::uint32_t count = 0;
  JoinMade at[kJoinsInChunk] = {};
};

constinit RawLock joins_lock;
constinit JoinChunk* joins = nullptr;
constinit std::atomic<DeclaredOrder*> orders{nullptr};

template <class T>
void push(std::atomic<T*>& list, T* entry) {
  entry->next = list.load(std::memory_order_relaxed);
  while (!list.compare_exchange_weak(entry->next, entry, std::memory_order_release)) {
  }
}

}  // namespace

void remember_join(Id joined, Id by, std::uint32_t segment) {
  RawGuard guard(joins_lock);
  if (joins == nullptr || joins->count == kJoinsInChunk) {
    auto* chunk = arena.make<JoinChunk>();
    if (chunk == nullptr) return count_lost(Loss::joins);
    chunk->next = joins;
    joins = chunk;
  }
  joins->at[joins->count++] = {joined, by, segment};
}

bool declare_order(Object& before, Object& after) {
  for (const DeclaredOrder* known = orders.load(std::memory_order_acquire); known != nullptr;
       known = known->next) {
    if (known->before == &before && known->after == &after) return false;
  }
  pin_object(before);
  pin_object(after);
  auto* entry = arena.make<DeclaredOrder>(nullptr, &before, &after);
  if (entry == nullptr) {
    count_lost(Loss::orders);
    return false;
  }
  push(orders, entry);
  return true;
}

void for_each_join(void (*visit)(void* context, const JoinMade& join), void* context) {
  RawGuard guard(joins_lock);
  for (const JoinChunk* chunk = joins; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) visit(context, chunk->at[i]);
  }
}

void for_each_order(void (*visit)(void* context, const DeclaredOrder& order), void* context) {
  for (const DeclaredOrder* at = orders.load(std::memory_order_acquire); at != nullptr;
       at = at->next) {
    visit(context, *at);
  }
}

void for_each_relation_lock(LockVisitor visit) { visit(joins_lock); }

void forget_relations_after_fork() {
  // lockweave: ignore(inconsistent-locking) the only thread of a forked child
  joins = nullptr;
}

}  // namespace lockweave::core
