// runtime/core/events/acquire.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/events/acquire.h"

#include "runtime/core/base/lost.h"
#include "runtime/core/code/site_key.h"
#include "runtime/core/events/detector.h"
#include "runtime/core/events/nesting.h"
#include "runtime/core/events/watch.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/state/fast_lock.h"
#include "runtime/core/state/loader_lock.h"

namespace lockweave::core {

constinit std::atomic<unsigned> fast_path_closed{kNotGlibcs};

namespace {

void observe(ThreadState& thread, Acquisition& node) {
  if (node.outer == nullptr) return;
  const std::uint32_t segment = thread.segment.load(std::memory_order_relaxed);
  switch (add_observation(node, thread.id, segment)) {
    case Observation::early:
      mark_observed(thread);
      record_writer.note_observation(node, thread, segment);
      halt_at_cycle();
      break;
    case Observation::late:
      mark_observed(thread);
      record_writer.note_thread(thread);
      break;  // so that its join is noted, too
    case Observation::known: break;
  }
}

// In a library's constructor or destructor, say: the loader's lock is held as well.
Acquisition* within_loader(const ThreadState& thread, Acquisition* node) {
  if (node == nullptr || node->address.load(std::memory_order_relaxed) == load_lock()) return node;
  Acquisition* loader = under_loader_lock(thread, node->outer);
  return loader == nullptr ? node : on_chain(*node, loader, nullptr);
}

// Acquisitions of this thread that could not be entered, for want of memory: to give them back is no misuse.
thread_local constinit std::uint32_t not_entered __attribute__((tls_model("initial-exec"))) = 0;

bool enter(ThreadState& thread, Acquisition* node) {
  if (node == nullptr) return false;
  const std::uint32_t depth = thread.depth.load(std::memory_order_relaxed);
  put_held(thread, node, 1);
  return thread.depth.load(std::memory_order_relaxed) > depth;
}

bool gives_back_not_entered() {
  if (not_entered == 0) return false;
  --not_entered;
  return true;
}

// The key goes from hand to hand where it lies: copied right after its members were written one by one, it
// would wait for each of them to arrive.
Acquisition* intern(AcquisitionKey& key, lw_kind kind, int flags, const void* pc) {
  bool made = false;
  Acquisition* node = intern_acquisition(key, kind, flags, pc, made);
  if (node == nullptr || !made || !learn_framing(pc)) return node;
  key.site = site_key(pc);
  return intern_acquisition(key, kind, flags, pc, made);
}

// What is held below it is not known (held.h): it is held, and orders nothing.
Acquisition* learn_without_context(AcquisitionKey& key, lw_kind kind, int flags, const void* pc,
                                   Stage stage) {
  key.outer = nullptr;
  key.flags |= kContextUnknown;
  if (stage == Stage::granted) count_lost(Loss::acquisitions);
  return intern(key, kind, flags, pc);
}

// The slow path: new to this thread in this segment.
__attribute__((noinline)) Acquisition* learn(ThreadState& thread, AcquisitionKey& key, lw_kind kind,
                                             int flags, const void* pc, Stage stage) {
  earn_chain_credit(thread);
  reconcile_held(thread);
  const bool exact = !chain_is_behind(thread) ||
                     (watching() && bring_chain_up_to_date(thread, Effort::whatever_it_takes));
  const bool may_give_up = stage == Stage::wanted && (flags & LW_TIMED) != 0;
  Acquisition* node = nullptr;
  if (exact) {
    key.outer = thread.top;
    if (takes_again(thread, key.address)) key.flags |= kTakenAgain;
    node = intern(key, kind, flags, pc);
  } else {
    node = learn_without_context(key, kind, flags, pc, stage);
  }
  if (node == nullptr) return nullptr;
  Acquisition* counted =
      exact ? within_loader(thread, nesting_that_counts(thread, *node)) : nullptr;
  if (counted != nullptr) observe(thread, *counted);
  emit({.kind = EventKind::acquisition,
        .may_give_up = may_give_up,
        .thread = &thread,
        .acquisition = node,
        .pc = pc});
  // Not known yet where the detectors are to hear of it once it is granted, or it may count next time.
  if (!may_give_up && counted == node) remember_acquisition(thread, *node);
  return node;
}

bool is_shared(const Acquisition& node) { return (node.flags & LW_SHARED) != 0; }

// Permits are handed over, whoever held them.
bool orders_as_lock(const Acquisition& node) { return node.object->kind != LW_SEMAPHORE; }

void tell_acquired(ThreadState& thread, const Acquisition& node) {
  if (!orders_as_lock(node)) return;
  emit({.kind = EventKind::acquired,
        .shared = is_shared(node),
        .thread = &thread,
        .object = node.object});
}

void tell_release(ThreadState& thread, const Acquisition& node) {
  if (!orders_as_lock(node)) return;
  emit({.kind = EventKind::release,
        .shared = is_shared(node),
        .thread = &thread,
        .object = node.object});
}

}  // namespace

void tell_acquired_late(ThreadState& thread, const Acquisition& node) {
  tell_acquired(thread, node);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  tls.idle = &thread;
}

Acquisition* acquisition_for(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
                             const void* pc, Stage stage) {
  AcquisitionKey key{thread.top, address, site_key(pc),
                     static_cast<std::uint32_t>(flags & kNodeFlags)};
  if (!chain_is_behind(thread)) [[likely]] {
    if (Acquisition* known = known_acquisition(thread, key)) [[likely]]
      return known;
  }
  return learn(thread, key, kind, flags, pc, stage);
}

void push_held(ThreadState& thread, std::uintptr_t address, lw_kind kind, int flags,
               const void* pc) {
  if (kind == LW_RECURSIVE_MUTEX || (flags & LW_SHARED) != 0) {
    if (const std::uint32_t at = find_held(thread, address); at != kNotHeld) {
      ++entries(thread)[at].count;
      return;
    }
  }
  Acquisition* node = acquisition_for(thread, address, kind, flags, pc, Stage::granted);
  if (enter(thread, node)) {
    tell_acquired(thread, *node);
  } else {
    ++not_entered;
  }
}

bool may_hold_unseen() { return not_entered > 0; }

bool pop_held(ThreadState& thread, std::uintptr_t address) {
  const std::uint32_t at = find_held(thread, address);
  // Of freed memory nothing is to be read: that it was freed has been told.
  if (at == kNotHeld) return remove_ended(thread, address) || gives_back_not_entered();
  Held& held = entries(thread)[at];
  if (held.count > 1) {
    --held.count;
    return true;
  }
  settle_nestings(thread, *held.node, observe);
  tell_release(thread, *held.node);
  remove_held(thread, at, Removal::released);
  return true;
}

bool park_held(ThreadState& thread, std::uintptr_t address, bool keeps, Parked& parked) {
  const std::uint32_t at = find_held(thread, address);
  if (at == kNotHeld) return false;
  if (keeps && entries(thread)[at].count > 1) {
    --entries(thread)[at].count;
    parked = {entries(thread)[at].node, 1};
    return true;
  }
  parked = {entries(thread)[at].node, entries(thread)[at].count};
  settle_nestings(thread, *parked.node, observe);
  tell_release(thread, *parked.node);
  remove_held(thread, at);
  return true;
}

}  // namespace lockweave::core
