// runtime/detectors/clock_slots.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which component of the vector clocks is whose. A slot is used again, with higher epochs, when its
// thread has ended:
//   - by a thread whose creator knows of the end. Whatever is ordered after the new thread is ordered
//     after the former one too: nothing is lost.
//   - else, once kKeptMax ended threads wait for that (detached ones wait for ever), the slot that has
//     waited longest. Who knows the new thread would seem to know the former one, so what the former one
//     did is *forgotten*: no longer judged, and what would have been judged is counted as lost.
// So there are as many slots as threads have lived at once, and kKeptMax.
//
// Thread-safety: all from any thread. `is_forgotten` takes no lock and may be late: then something is
// still judged, rightly. Cost: `take` looks at kKeptMax slots at most. Pages are never freed.
// Limit: without memory there is no further slot; `take` says so.
#pragma once

#include <atomic>

#include "runtime/detectors/vector_clock.h"

namespace lockweave::detectors {

class ClockSlots {
 public:
  static constexpr std::uint32_t kKeptMax = 256;

  struct Taken {
    Slot slot = 0;
    Epoch first = 0;  // 0: there is none
  };
  constexpr ClockSlots() = default;

  Taken take(const VectorClock& creator);
  void give_back(Slot slot, Epoch last);
  bool is_forgotten(Slot slot, Epoch epoch) const;
  std::uint64_t threads_forgotten() const { return forgotten_.load(std::memory_order_relaxed); }

  void for_each_lock(core::LockVisitor visit) { visit(guard_); }
  // In the child of a fork. `know(slot, epoch)` for all that its only thread may be said to know:
  // free slots as far as they were used; those of threads that are not there for ever, as nobody
  // will give them back.
  template <class Know>
  void after_fork(Know know) {
    constexpr Epoch kForEver = ~Epoch{0};
    list_free_anew();
    for (Slot slot = 0; slot < count_; ++slot) {
      const Entry& entry = *find(slot);
      know(slot, entry.free ? entry.last : kForEver);
    }
  }

 private:
  struct Entry {
    std::atomic<Epoch> forgotten_through{0};
    Epoch last = 0;  // while it is free
    Entry* next = nullptr;
    Slot slot = 0;
    bool free = false;
  };
  // Page n holds as many as all before it together, the first one kFirstPage: none ever moves.
  static constexpr unsigned kFirstPageBits = 6;
  static constexpr unsigned kPages = 32 - kFirstPageBits;

  static unsigned page_of(Slot slot);
  static std::size_t first_in(unsigned page);
  Entry* find(Slot slot) const;
  Entry* add();
  Entry* take_known(const VectorClock& creator);
  Entry* unlink(Entry* before);
  void append(Entry& entry);
  void list_free_anew();

  core::RawLock guard_;
  std::uint32_t count_ = 0;
  Entry* oldest_ = nullptr;  // the free ones, in the order in which they were given back
  Entry* newest_ = nullptr;
  std::uint32_t free_count_ = 0;
  std::atomic<std::uint64_t> forgotten_{0};
  std::atomic<Entry*> pages_[kPages] = {};
};

}  // namespace lockweave::detectors
