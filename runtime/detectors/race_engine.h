// runtime/detectors/race_engine.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which accesses to one variable are ordered, by what, and which are not. Knows no operating system,
// no stacks and no reports: places and locksets are opaque to it, so it serves whoever sees accesses
// (lockweave::shared<T>; code that a compiler instruments) and can be compared with a naive oracle.
//
// Two orders are kept side by side, each with vector clocks and epochs:
//   happens-before   program order, thread creation and join, handing over and taking over, and every
//                    release of a lock before its later acquisitions. A pair of accesses that it does
//                    not order is a race.
//   designed order   the same without those edges of locks that luck made: a release -> acquire edge
//                    counts only if the later critical section reads a variable that another thread
//                    wrote last, in an earlier critical section of that lock, to act on it. An
//                    update (`sum += part`) does not care who came first, and does not count.
//                    A pair without a common lock that only luck ordered is inconsistent locking.
// With literal locksets (Eraser's reading, to debug with) no edge of a lock counts as designed.
// After a race the reader takes over from the write that it read (reads-from order), so that one race
// is not followed by others that it caused.
// docs/design/races.md has the reasons and what was measured.
//
// Sources: FastTrack (Flanagan, Freund, PLDI 2009) for epochs; SHB (Mathur, Kini, Viswanathan, OOPSLA
// 2018) for what follows the first race; Eraser (Savage et al., 1997) for locksets.
//
// Exact: a race is found iff one exists in the observed order among the accesses in the history. The
// history of a variable keeps the last access of each (thread, read or write, lockset): nothing else
// can race that these do not.
// Limits: kHistoryMax such accesses a variable; then the oldest is forgotten and counted. What a thread
// did that ended unjoined before many others did is forgotten and counted, too (clock_slots.h).
// Thread-safety: calls for one ThreadClock come from its thread (create: before that thread runs;
// join: after its end); variables and order objects have a lock of their own.
// Cost: a repeated access costs a few comparisons, and writes nothing that another thread reads; else
// linear in history and threads. An access allocates only for what is new: a variable's history, and
// the clock of writes once the thread has learnt something.
#pragma once

#include <atomic>

#include "runtime/detectors/clock_slots.h"

namespace lockweave::detectors {

// What was known before, by happens-before and by design.
struct KnownBefore {
  VectorClock all;
  VectorClock designed;

  // Returns whether anything was learnt.
  bool join(const KnownBefore& other) {
    const bool learnt = all.join(other.all);
    return designed.join(other.designed) || learnt;
  }
};

// A lock, or anything that threads hand over through.
struct OrderObject {
  core::RawLock guard;
  KnownBefore exclusive;  // released in exclusive mode, or handed over
  KnownBefore shared;     // released in shared mode
};

// A thread's clocks at a write, shared by all its writes until it learns something: meanwhile only its
// own component grows, and that is in the write itself.
struct WriteClock {
  std::atomic<std::uint32_t> users{1};
  KnownBefore known;
};

struct Variable;

// What an access does with the value that is there. Who sees only loads and stores (a compiler's
// instrumentation) tells reads and writes.
enum class AccessKind : std::uint8_t {
  read,    // an update, if the thread's write of the same variable follows directly; else a look
  write,   // over whatever was there
  look,    // read, to act on it
  update,  // read and written in one step, to add to it
  change,  // looked at and written in one step: a container's front and pop
  end      // a destructor's, a write over all; whatever comes later comes too late
};

constexpr bool reads(AccessKind kind) {
  return kind != AccessKind::write && kind != AccessKind::end;
}
constexpr bool writes(AccessKind kind) {
  return kind != AccessKind::read && kind != AccessKind::look;
}

struct ThreadClock {
  Slot slot = 0;
  Epoch first = 0;  // earlier epochs of the slot are former threads'
  KnownBefore known;
  WriteClock* at_write = nullptr;  // nullptr: something was learnt since
  // A read that makes edges designed, unless the next event is a write of the same variable.
  static constexpr std::uint32_t kPendingMax = 8;
  const Variable* read = nullptr;
  const Variable* latest = nullptr;  // accessed last, nothing learnt since; only compared
  // Reads that are in their variable's history as they would be again, until it is written or this
  // thread's epoch ends.
  struct RecentRead {
    const Variable* variable = nullptr;
    const void* held = nullptr;
    std::uint64_t written = 0;
    Epoch epoch = 0;
  };
  static constexpr std::uint32_t kRecentReads = 64;
  RecentRead recent_reads[kRecentReads] = {};
  std::uint32_t read_locks = 0;
  struct {
    OrderObject* lock;
    bool shared;
  } read_under[kPendingMax] = {};
  // Of the list of ended threads' clocks (ended_clocks.h).
  struct Ended {
    ThreadClock* older = nullptr;
    ThreadClock* newer = nullptr;
    void* place = nullptr;
  } ended;
};

// One access as it is kept. `thread`, `held`, `ends` and `place` are the caller's.
struct Accessed {
  Slot slot = 0;
  Epoch epoch = 0;
  bool writes = false;
  bool ends = false;
  const void* held = nullptr;  // equal pointers: the same lockset
  void* thread = nullptr;
  void* place = nullptr;
};

enum class RaceKind : std::uint8_t {
  none,
  inconsistent_locking,
  write_under_shared_lock,
  data_race
};

struct RaceFound {
  RaceKind kind = RaceKind::none;
  Accessed earlier;
};

struct alignas(64) Variable {
  static constexpr std::uint32_t kHistoryFirst = 4;
  static constexpr std::uint32_t kHistoryMax = 64;

  core::RawLock guard;
  // Grows with each write and whenever something is forgotten: what readers compare.
  std::atomic<std::uint64_t> written{0};
  // The newest access, for repeated writes: epoch and mode, then lockset. 0 while it changes.
  std::atomic<std::uint64_t> newest{0};
  std::atomic<const void*> newest_held{nullptr};

  // guarded by `guard`
  Accessed* history = nullptr;
  std::uint32_t count = 0;
  std::uint32_t capacity = 0;
  std::uint32_t oldest = 0;  // what is forgotten next, once the history is full
  std::uint64_t forgotten = 0;
  Accessed last_write;
  WriteClock* last_write_clock = nullptr;
  RaceKind reported = RaceKind::none;
  std::atomic<bool> ended{false};  // written with the guard held
};

// How the engine asks about locksets.
class Locksets {
 public:
  // Calls `visit` for each lock that is in both.
  using Visitor = void (*)(void* context, OrderObject& lock, bool shared_in_a, bool shared_in_b);
  virtual void for_each_common(const void* a, const void* b, Visitor visit, void* context) = 0;

 protected:
  ~Locksets() = default;
};

class RaceEngine {
 public:
  explicit constexpr RaceEngine(Locksets& locksets) : locksets_(locksets) {}

  // Before the first access; the same value again does nothing.
  void take_locksets_literally(bool literal) { literal_.store(literal, std::memory_order_relaxed); }
  // Of a thread that nobody announced. False, also of `create`: no memory for one more thread.
  bool begin_thread(ThreadClock& thread);
  bool create(ThreadClock& parent, ThreadClock& child);
  void end(ThreadClock& thread);
  void join(ThreadClock& by, const ThreadClock& ended);
  void acquired(ThreadClock& thread, OrderObject& lock, bool shared);
  void release(ThreadClock& thread, OrderObject& lock, bool shared);
  void order_release(ThreadClock& thread, OrderObject& object);
  void order_acquire(ThreadClock& thread, OrderObject& object);
  void learn_all(ThreadClock& thread, const KnownBefore& known);

  // True: this access adds nothing to the history; no call of `access` is needed.
  static bool is_repeated(ThreadClock& thread, const Variable& variable, AccessKind kind,
                          const void* held);
  // `at`: held, thread, place, ends; the rest is filled in. The worst of what it reveals, and only
  // what is worse than what was reported of this variable before. Of a variable that ends or has ended
  // only data races: its last user need hold no lock to destroy it.
  RaceFound access(ThreadClock& thread, Variable& variable, AccessKind kind, Accessed at);
  static void forget(Variable& variable);
  // The same, without a look at what is there: a thread that is gone was changing it.
  static void forget_torn(Variable& variable);
  void for_each_lock(core::LockVisitor visit) { slots_.for_each_lock(visit); }
  std::uint64_t threads_forgotten() const { return slots_.threads_forgotten(); }
  // In the child of a fork: `survivor` is the only thread there, and all that was done comes before what
  // it does now.
  void forked(ThreadClock& survivor);

 private:
  static void clear(Variable& variable);
  bool take_slot(ThreadClock& thread, const KnownBefore& creator);
  void settle(ThreadClock& thread);
  void take_value(ThreadClock& thread, const Variable& variable, AccessKind kind, const void* held);
  void note_read(ThreadClock& thread, const Variable& variable, const void* held);
  RaceFound worst_pair(const ThreadClock& thread, const Variable& variable, const Accessed& now);
  void learn_from_write(ThreadClock& thread, const Variable& variable);
  RaceKind judge(const ThreadClock& thread, const Accessed& earlier, const Accessed& now);

  Locksets& locksets_;
  std::atomic<bool> literal_{false};
  ClockSlots slots_;
};

}  // namespace lockweave::detectors
