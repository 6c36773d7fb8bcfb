// runtime/detectors/race_engine.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/race_engine.h"

namespace lockweave::detectors {
namespace {

void drop(WriteClock*& clock) {
  WriteClock* dropped = clock;
  clock = nullptr;
  if (dropped == nullptr || dropped->users.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  dropped->~WriteClock();
  core::arena.deallocate(dropped, sizeof *dropped);
}

// What the thread writes from now on is no longer at the clock of before.
void note_learnt(ThreadClock& thread, bool learnt) {
  if (!learnt) return;
  drop(thread.at_write);
  thread.latest = nullptr;
}

void learn(ThreadClock& thread, const KnownBefore& known) {
  note_learnt(thread, thread.known.join(known));
}

void next_epoch(ThreadClock& thread) {
  const Epoch next = thread.known.all.at(thread.slot) + 1;
  thread.known.all.set(thread.slot, next);
  thread.known.designed.set(thread.slot, next);
}

bool is_own(const ThreadClock& thread, const Accessed& access) {
  return access.slot == thread.slot && access.epoch >= thread.first;
}

WriteClock* clock_of_write(ThreadClock& thread) {
  if (thread.at_write == nullptr) {
    thread.at_write = core::arena.make<WriteClock>();
    if (thread.at_write == nullptr) return nullptr;
    thread.at_write->known.join(thread.known);
  }
  thread.at_write->users.fetch_add(1, std::memory_order_relaxed);
  return thread.at_write;
}

void keep_write_clock(ThreadClock& thread, Variable& variable) {
  if (thread.at_write != nullptr && variable.last_write_clock == thread.at_write) return;
  drop(variable.last_write_clock);
  variable.last_write_clock = clock_of_write(thread);
}

ThreadClock::RecentRead& recent_read(ThreadClock& thread, const Variable& variable) {
  const auto bits = reinterpret_cast<std::uintptr_t>(&variable);
  return thread.recent_reads[((bits >> 6) ^ (bits >> 12)) % ThreadClock::kRecentReads];
}

bool is_recent(const ThreadClock::RecentRead& read, const ThreadClock& thread,
               const Variable& variable, const void* held) {
  return read.variable == &variable && read.held == held &&
         read.epoch == thread.known.all.at(thread.slot) &&
         read.written == variable.written.load(std::memory_order_acquire);
}

// Requires that the variable's guard is held.
void what_readers_compare_changes(Variable& variable) {
  variable.written.store(variable.written.load(std::memory_order_relaxed) + 1,
                         std::memory_order_release);
}

std::uint64_t newest_key(Slot slot, Epoch epoch, bool writes) {
  return epoch << 17 | std::uint64_t{slot & 0xFFFFU} << 1 | (writes ? 1 : 0);
}

void note_newest(Variable& variable, std::uint64_t key, const void* held) {
  variable.newest.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  variable.newest_held.store(held, std::memory_order_relaxed);
  variable.newest.store(key, std::memory_order_release);
}

bool grow_history(Variable& variable) {
  const std::uint32_t capacity =
      variable.capacity == 0 ? Variable::kHistoryFirst : variable.capacity * 2;
  if (capacity > Variable::kHistoryMax) return false;
  auto* larger = core::arena.make_array<Accessed>(capacity);
  if (larger == nullptr) return false;
  for (std::uint32_t i = 0; i < variable.count; ++i) larger[i] = variable.history[i];
  Accessed* outgrown = variable.history;
  const std::uint32_t entries = variable.capacity;
  variable.history = larger;
  variable.capacity = capacity;
  core::arena.deallocate(outgrown, entries * sizeof(Accessed));
  return true;
}

Accessed* place_in_history(Variable& variable, const Accessed& now) {
  for (std::uint32_t i = 0; i < variable.count; ++i) {
    Accessed& kept = variable.history[i];
    if (kept.slot == now.slot && kept.writes == now.writes && kept.held == now.held) return &kept;
  }
  if (variable.count < variable.capacity || grow_history(variable)) {
    return &variable.history[variable.count++];
  }
  if (variable.count == 0) return nullptr;
  ++variable.forgotten;
  core::count_lost(core::Loss::accesses);
  what_readers_compare_changes(variable);
  return &variable.history[variable.oldest++ % variable.count];
}

}  // namespace

bool RaceEngine::take_slot(ThreadClock& thread, const KnownBefore& creator) {
  const ClockSlots::Taken taken = slots_.take(creator.designed);
  thread.slot = taken.slot;
  thread.first = taken.first;
  thread.known.all.set(thread.slot, taken.first);
  thread.known.designed.set(thread.slot, taken.first);
  return taken.first != 0;
}

bool RaceEngine::begin_thread(ThreadClock& thread) { return take_slot(thread, thread.known); }

bool RaceEngine::create(ThreadClock& parent, ThreadClock& child) {
  settle(parent);
  child.known.join(parent.known);
  const bool taken = take_slot(child, parent.known);
  next_epoch(parent);
  return taken;
}

void RaceEngine::end(ThreadClock& thread) {
  settle(thread);
  drop(thread.at_write);
  slots_.give_back(thread.slot, thread.known.all.at(thread.slot));
}

void RaceEngine::join(ThreadClock& by, const ThreadClock& ended) { learn_all(by, ended.known); }

void RaceEngine::learn_all(ThreadClock& thread, const KnownBefore& known) {
  settle(thread);
  learn(thread, known);
}

void RaceEngine::forked(ThreadClock& survivor) {
  survivor.read = nullptr;
  note_learnt(survivor, true);
  KnownBefore& known = survivor.known;
  const Epoch own = known.all.at(survivor.slot);
  const auto know = [&known](Slot slot, Epoch epoch) {
    known.all.set(slot, epoch);
    known.designed.set(slot, epoch);
  };
  slots_.after_fork(know);
  know(survivor.slot, own);
}

void RaceEngine::acquired(ThreadClock& thread, OrderObject& lock, bool shared) {
  settle(thread);
  core::RawGuard guard(lock.guard);
  bool learnt = thread.known.all.join(lock.exclusive.all);
  if (!shared) learnt |= thread.known.all.join(lock.shared.all);
  note_learnt(thread, learnt);
}

void RaceEngine::release(ThreadClock& thread, OrderObject& lock, bool shared) {
  settle(thread);
  {
    core::RawGuard guard(lock.guard);
    (shared ? lock.shared : lock.exclusive).join(thread.known);
  }
  next_epoch(thread);
}

void RaceEngine::order_release(ThreadClock& thread, OrderObject& object) {
  settle(thread);
  {
    core::RawGuard guard(object.guard);
    object.exclusive.join(thread.known);
  }
  next_epoch(thread);
}

void RaceEngine::order_acquire(ThreadClock& thread, OrderObject& object) {
  settle(thread);
  core::RawGuard guard(object.guard);
  learn(thread, object.exclusive);
}

// The read stands: what the locks it was made under ordered was meant.
void RaceEngine::settle(ThreadClock& thread) {
  if (thread.read == nullptr) return;
  thread.read = nullptr;
  for (std::uint32_t i = 0; i < thread.read_locks; ++i) {
    OrderObject& lock = *thread.read_under[i].lock;
    core::RawGuard guard(lock.guard);
    bool learnt = thread.known.designed.join(lock.exclusive.designed);
    if (!thread.read_under[i].shared) learnt |= thread.known.designed.join(lock.shared.designed);
    note_learnt(thread, learnt);
  }
}

void RaceEngine::note_read(ThreadClock& thread, const Variable& variable, const void* held) {
  const Accessed& write = variable.last_write;
  if (is_own(thread, write) || held == nullptr || write.held == nullptr) return;
  if (literal_.load(std::memory_order_relaxed)) return;
  thread.read_locks = 0;
  locksets_.for_each_common(
      held, write.held,
      [](void* context, OrderObject& lock, bool shared, bool shared_by_writer) {
        auto& into = *static_cast<ThreadClock*>(context);
        if ((shared && shared_by_writer) || into.read_locks == ThreadClock::kPendingMax) return;
        into.read_under[into.read_locks++] = {&lock, shared};
      },
      &thread);
  if (thread.read_locks > 0) thread.read = &variable;
}

// A write begins a new epoch, so a repeated one finds itself in the last one.
bool RaceEngine::is_repeated(ThreadClock& thread, const Variable& variable, AccessKind kind,
                             const void* held) {
  if (thread.read != nullptr || kind == AccessKind::end) return false;
  if (!writes(kind)) return is_recent(recent_read(thread, variable), thread, variable, held);
  if (thread.slot > 0xFFFFU || thread.latest != &variable) return false;
  const std::uint64_t key = newest_key(thread.slot, thread.known.all.at(thread.slot) - 1, true);
  if (variable.newest.load(std::memory_order_acquire) != key) return false;
  if (variable.newest_held.load(std::memory_order_relaxed) != held) return false;
  std::atomic_thread_fence(std::memory_order_acquire);
  return variable.newest.load(std::memory_order_relaxed) == key;
}

RaceKind RaceEngine::judge(const ThreadClock& thread, const Accessed& earlier,
                           const Accessed& now) {
  if (earlier.slot == now.slot || (!earlier.writes && !now.writes)) return RaceKind::none;
  if (thread.known.designed.knows(earlier.slot, earlier.epoch)) return RaceKind::none;
  struct Common {
    bool excludes = false;
    bool shared = false;
  } common;
  locksets_.for_each_common(
      earlier.held, now.held,
      [](void* context, OrderObject&, bool shared_a, bool shared_b) {
        (shared_a && shared_b ? static_cast<Common*>(context)->shared
                              : static_cast<Common*>(context)->excludes) = true;
      },
      &common);
  if (common.excludes) return RaceKind::none;
  if (slots_.is_forgotten(earlier.slot, earlier.epoch)) {
    core::count_lost(core::Loss::accesses);
    return RaceKind::none;
  }
  if (common.shared) return RaceKind::write_under_shared_lock;
  return thread.known.all.knows(earlier.slot, earlier.epoch) ? RaceKind::inconsistent_locking
                                                             : RaceKind::data_race;
}

// Of a forgotten thread it cannot be told whether its write is known already.
void RaceEngine::learn_from_write(ThreadClock& thread, const Variable& variable) {
  const Accessed& write = variable.last_write;
  if (is_own(thread, write) || variable.last_write_clock == nullptr) return;
  if (thread.known.all.knows(write.slot, write.epoch) &&
      !slots_.is_forgotten(write.slot, write.epoch)) {
    return;
  }
  thread.known.join(variable.last_write_clock->known);
  thread.known.all.raise(write.slot, write.epoch);
  thread.known.designed.raise(write.slot, write.epoch);
  note_learnt(thread, true);
}

// What the thread learns from the last write by having its value.
void RaceEngine::take_value(ThreadClock& thread, const Variable& variable, AccessKind kind,
                            const void* held) {
  if (variable.last_write.epoch == 0) return;
  learn_from_write(thread, variable);
  if (kind == AccessKind::update) return;
  note_read(thread, variable, held);
  if (kind != AccessKind::read) settle(thread);
}

RaceFound RaceEngine::worst_pair(const ThreadClock& thread, const Variable& variable,
                                 const Accessed& now) {
  RaceFound worst;
  for (std::uint32_t i = 0; i < variable.count; ++i) {
    const Accessed& earlier = variable.history[i];
    const RaceKind kind = judge(thread, earlier, now);
    const bool tells_more = kind == worst.kind && earlier.writes && !worst.earlier.writes;
    if (kind > worst.kind || tells_more) worst = {kind, earlier};
  }
  return worst;
}

RaceFound RaceEngine::access(ThreadClock& thread, Variable& variable, AccessKind kind,
                             Accessed now) {
  if (thread.read == &variable && kind == AccessKind::write) thread.read = nullptr;  // an update
  const bool pending = thread.read != nullptr;
  settle(thread);
  if (pending && is_repeated(thread, variable, kind, now.held)) return {};
  now.slot = thread.slot;
  now.epoch = thread.known.all.at(thread.slot);
  now.writes = writes(kind);
  core::RawGuard guard(variable.guard);
  const RaceFound worst = worst_pair(thread, variable, now);
  if (kind == AccessKind::end) {
    variable.ended = true;
    variable.count = 0;
  }
  if (reads(kind)) take_value(thread, variable, kind, now.held);
  if (now.writes) {
    keep_write_clock(thread, variable);
    variable.last_write = now;
    what_readers_compare_changes(variable);
  }
  if (Accessed* kept = place_in_history(variable, now)) {
    *kept = now;
    note_newest(variable, newest_key(now.slot, now.epoch, now.writes), now.held);
    if (!now.writes)
      recent_read(thread, variable) = {&variable, now.held,
                                       variable.written.load(std::memory_order_relaxed), now.epoch};
  }
  if (now.writes) next_epoch(thread);  // who reads from it takes over no more than what came before
  thread.latest = &variable;
  if (worst.kind <= variable.reported) return {};
  if (variable.ended && worst.kind != RaceKind::data_race) return {};
  variable.reported = worst.kind;
  return worst;
}

void RaceEngine::forget(Variable& variable) {
  core::RawGuard guard(variable.guard);
  drop(variable.last_write_clock);
  core::arena.deallocate(variable.history, variable.capacity * sizeof(Accessed));
  clear(variable);
}

void RaceEngine::forget_torn(Variable& variable) {
  clear(variable);
  variable.guard.reset_after_fork();
}

void RaceEngine::clear(Variable& variable) {
  variable.history = nullptr;
  variable.count = variable.capacity = variable.oldest = 0;
  variable.forgotten = 0;
  variable.last_write = {};
  variable.last_write_clock = nullptr;
  variable.reported = RaceKind::none;
  variable.ended = false;
  what_readers_compare_changes(variable);
  note_newest(variable, 0, nullptr);
}

}  // namespace lockweave::detectors
