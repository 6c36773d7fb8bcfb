// runtime/detectors/waits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/waits.h"

#include "runtime/core/arena.h"
#include "runtime/detectors/steps.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::Object;
using core::ReportStep;
using core::ThreadState;
using core::WaitView;

// The locks a thread took: a hash set of acquisitions by their object, open addressing, at most half
// full. Written by that thread only; others may read while it grows, so an outgrown set is left as it
// is.
struct LocksTaken {
  std::uint32_t capacity;  // a power of two
  std::uint32_t count;
  std::atomic<Acquisition*> slots[1];  // `capacity` of them
};

LocksTaken* locks_taken_by(const ThreadState& thread) {
  return static_cast<LocksTaken*>(thread.locks_taken.load(std::memory_order_acquire));
}

std::atomic<Acquisition*>& slot_for(LocksTaken& set, const Object& object) {
  std::uint32_t at = object.id * 2654435769u;  // Knuth's multiplicative hash
  for (;; ++at) {
    auto& slot = set.slots[at & (set.capacity - 1)];
    const Acquisition* node = slot.load(std::memory_order_acquire);
    if (node == nullptr || node->object == &object) return slot;
  }
}

Acquisition* taking_of(const ThreadState& thread, const Object& object) {
  LocksTaken* set = locks_taken_by(thread);
  return set == nullptr ? nullptr : slot_for(*set, object).load(std::memory_order_acquire);
}

LocksTaken* larger_copy(const LocksTaken* old) {
  constexpr std::uint32_t kFirst = 16;
  const std::uint32_t capacity = old == nullptr ? kFirst : old->capacity * 2;
  void* memory =
      core::arena.allocate(sizeof(LocksTaken) + capacity * sizeof(void*), alignof(void*));
  auto* set = static_cast<LocksTaken*>(memory);
  if (set == nullptr) return nullptr;
  set->capacity = capacity;
  set->count = old == nullptr ? 0 : old->count;
  for (std::uint32_t i = 0; old != nullptr && i < old->capacity; ++i) {
    Acquisition* node = old->slots[i].load(std::memory_order_relaxed);
    if (node != nullptr) slot_for(*set, *node->object).store(node, std::memory_order_relaxed);
  }
  return set;
}

void note_taken(ThreadState& thread, Acquisition& node) {
  LocksTaken* set = locks_taken_by(thread);
  if (set == nullptr || set->count * 2 >= set->capacity) {
    set = larger_copy(set);
    if (set == nullptr) return;
    thread.locks_taken.store(set, std::memory_order_release);
  }
  auto& slot = slot_for(*set, *node.object);
  if (slot.load(std::memory_order_relaxed) != nullptr) return;
  slot.store(&node, std::memory_order_release);
  ++set->count;
}

// The chain's innermost lock that is one for certain: a semaphore may turn out to be a signal.
Acquisition* innermost_lock(Acquisition* held) {
  while (held != nullptr && held->object->kind == LW_SEMAPHORE) held = held->outer;
  return held;
}

// A reader that races with this may still see a lock: then the other side did take it, just before.
void forget_taken(ThreadState& thread) {
  LocksTaken* set = locks_taken_by(thread);
  if (set == nullptr || set->count == 0) return;
  for (std::uint32_t i = 0; i < set->capacity; ++i) {
    set->slots[i].store(nullptr, std::memory_order_release);
  }
  set->count = 0;
}

// The innermost lock of the chain that `other` took as well; nullptr: none.
Acquisition* common_lock(Acquisition* held, const ThreadState& other, Acquisition** taken) {
  for (held = innermost_lock(held); held != nullptr; held = innermost_lock(held->outer)) {
    *taken = taking_of(other, *held->object);
    if (*taken != nullptr) return held;
  }
  return nullptr;
}

bool has_other_side(lw_kind kind) {
  return kind == LW_SEMAPHORE || kind == LW_QUEUE || kind == LW_FUTURE || kind == LW_LATCH;
}

class Waits final : public core::Detector {
 public:
  constexpr Waits() = default;

  void on_acquisition(ThreadState& thread, Acquisition& node) override { note_taken(thread, node); }

  void on_block(ThreadState& thread) override {
    const WaitView wait = core::view_wait(thread);
    if (wait.kind != LW_CONDITION_VARIABLE || wait.object == nullptr) return;
    check_two_mutexes(thread, wait);
    if (is_timed(wait)) return;
    const ReportStep step = step_of_wait(thread, wait);
    tell("wait-without-predicate", "candidate", &step, 1);
    Acquisition* held = innermost_lock(thread.top);
    if (held == nullptr) return;
    const ReportStep steps[] = {step, step_taken(thread, *held)};
    tell("wait-while-holding", "", steps, 2);
  }

  void on_notify(ThreadState& thread, Object& object, bool, const void* pc) override {
    if (!has_other_side(object.kind)) return;
    if (core::waiters_of(object) > 0) check_waiters(thread, object, pc);
    forget_taken(thread);
  }

  void on_joined(ThreadState& thread, ThreadState& joined, const void* pc) override {
    Acquisition* taken = nullptr;
    if (thread.top == nullptr || common_lock(thread.top, joined, &taken) == nullptr) return;
    ReportStep join;
    join.thread = &thread;
    join.action = model::Action::joins;
    join.object = taken->object;
    join.other = &joined;
    join.held = thread.top;
    join.stack = core::intern_here(pc);
    const ReportStep steps[] = {join, step_taken(joined, *taken)};
    tell("blocking-under-lock", "join", steps, 2);
  }

 private:
  template <class Visit>
  static void for_each_waiter_on(const Object& object, const ThreadState& except, Visit visit) {
    for (ThreadState* other = core::newest_thread(); other != nullptr; other = other->next) {
      if (other == &except || other->finished.load(std::memory_order_relaxed)) continue;
      const WaitView wait = core::view_wait(*other);
      if (wait.waiting() && wait.object == &object) visit(*other, wait);
    }
  }

  static void check_two_mutexes(ThreadState& thread, const WaitView& wait) {
    if (core::waiters_of(*wait.object) < 2) return;
    for_each_waiter_on(*wait.object, thread, [&](ThreadState& other, const WaitView& its) {
      if (its.with == nullptr || its.with == wait.with) return;
      const ReportStep steps[] = {step_of_wait(thread, wait), step_of_wait(other, its)};
      tell("condvar-two-mutexes", "", steps, 2);
    });
  }

  static void check_waiters(ThreadState& poster, Object& object, const void* pc) {
    for_each_waiter_on(object, poster, [&](ThreadState& waiter, const WaitView& wait) {
      Acquisition* taken = nullptr;
      if (is_timed(wait) || common_lock(waiter.top, poster, &taken) == nullptr) return;
      const ReportStep steps[] = {step_of_wait(waiter, wait), step_taken(poster, *taken),
                                  step_here(poster, model::Action::posts, object, pc)};
      tell("blocking-under-lock", "post", steps, 3);
    });
  }
};

constinit Waits detector;

}  // namespace

core::Detector& waits() { return detector; }

}  // namespace lockweave::detectors
