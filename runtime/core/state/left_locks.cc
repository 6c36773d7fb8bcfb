// runtime/core/state/left_locks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What becomes of a lock whose holder ends, and what glibc says of who owns one (held.h).
#include <pthread.h>
#include <stddef.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {
namespace {

// What glibc keeps in a mutex; 0 for other kinds. Source: nptl/pthreadP.h.
constexpr int kRobust = 16;
int kind_bits(const Object& object) {
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0 || owner_word(object.kind, address) == nullptr) return 0;
  const int kind = reinterpret_cast<const pthread_mutex_t*>(address)->__data.__kind;
  return kind < 0 ? 0 : kind;
}

// Kinds that only their holder may give back, and nobody else does when it has ended.
bool ends_with_holder(lw_kind kind) {
  return kind == LW_MUTEX || kind == LW_RECURSIVE_MUTEX || kind == LW_ERRORCHECK_MUTEX ||
         kind == LW_RWLOCK || kind == LW_SPINLOCK;
}

}  // namespace

const std::atomic<int>* owner_word(lw_kind kind, std::uintptr_t address) {
  if (kind != LW_MUTEX && kind != LW_RECURSIVE_MUTEX && kind != LW_ERRORCHECK_MUTEX) return nullptr;
  constexpr std::size_t at =
      offsetof(pthread_mutex_t, __data) + offsetof(decltype(pthread_mutex_t::__data), __owner);
  return reinterpret_cast<const std::atomic<int>*>(address + at);
}

const std::atomic<int>& writer_word(std::uintptr_t address) {
  constexpr std::size_t at = offsetof(pthread_rwlock_t, __data) +
                             offsetof(decltype(pthread_rwlock_t::__data), __cur_writer);
  return *reinterpret_cast<const std::atomic<int>*>(address + at);
}

void leave_held(ThreadState& thread) {
  for_each_held(thread, [&thread](const Held& held) {
    Acquisition* node = held.node;
    if (!ends_with_holder(node->object->kind) || outlives_owner(*node->object)) return;
    const int tid = thread.tid.load(std::memory_order_relaxed);
    const int owner = held.inherited != 0 ? held.inherited : tid;
    auto* left = arena.make<LeftLock>(thread.id, owner, node);
    if (left == nullptr) return count_lost(Loss::held_locks);
    pin_thread(thread);
    pin_object(*node->object);
    pin_chain(node);
    node->object->left.store(left, std::memory_order_seq_cst);
  });
}

void take_over_left(std::uintptr_t address) {
  Object* object = find_object(address);
  if (object != nullptr) object->left.store(nullptr, std::memory_order_seq_cst);
}

bool outlives_owner(const Object& object) {
  constexpr int kInherits = 32;
  return (kind_bits(object) & (kRobust | kInherits)) != 0;
}

bool is_robust(const Object& object) { return (kind_bits(object) & kRobust) != 0; }

}  // namespace lockweave::core
