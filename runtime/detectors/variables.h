// runtime/detectors/variables.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The watched variables, by the address where they begin.
// A variable whose end was an access stays to be found, until another one begins at its address or
// kEndedMax others have ended: who comes too late is told then.
//
// Thread-safety: `find` is lock-free, the others take a lock. While the table grows, `find` may miss a
// variable that is there; `find_or_begin` does not. A variable's memory is used again for another
// variable, never for anything else: who accesses one that another thread ends at that moment sees
// an empty history, or another variable's.
// Cost: one hash probe, however many there are: the table doubles when it holds more variables than
// buckets. Outgrown tables stay mapped, as someone may be reading them: all together no larger than
// the one in use.
// Limit: without memory a variable is not watched (nullptr), and a table does not grow.
#pragma once

#include "runtime/core/events/detector.h"
#include "runtime/detectors/race_engine.h"

namespace lockweave::detectors {

struct WatchedVariable {
  std::atomic<std::uintptr_t> address{0};  // 0: not in use
  std::atomic<WatchedVariable*> next{nullptr};
  std::size_t size = 0;
  char name[48] = {};  // cut to that; empty: symbols of the program may tell
  core::InternedStack* first = nullptr;
  core::Object* object = nullptr;       // once it is in a report
  std::atomic<std::uint32_t> round{0};  // what was reported in an earlier one counts no more
  Variable accesses;
};

class Variables {
 public:
  static constexpr std::uint32_t kEndedMax = 1024;

  constexpr Variables() = default;

  WatchedVariable* find(std::uintptr_t address) const;
  WatchedVariable* find_or_begin(std::uintptr_t address, std::size_t size,
                                 core::InternedStack* first);
  // A variable that was there ends.
  WatchedVariable* begin(std::uintptr_t address, std::size_t size, const char* name,
                         core::InternedStack* first);
  void end(std::uintptr_t address);
  void for_each_lock(core::LockVisitor visit) { visit(lock_); }
  // In the child of a fork: those whose guard another thread held.
  void forget_torn();
  std::size_t buckets() const;

 private:
  using Bucket = std::atomic<WatchedVariable*>;
  static constexpr std::uint32_t kFirstBits = 12;
  struct Table {
    Bucket* buckets = nullptr;
    std::uint32_t bits = 0;

    Bucket& of(std::uintptr_t address) const;
  };

  // These require that lock_ is held.
  WatchedVariable* add(std::uintptr_t address, std::size_t size, const char* name,
                       core::InternedStack* first);
  WatchedVariable* take_out(std::uintptr_t address);
  void recycle(std::uintptr_t address);
  void keep_ended(std::uintptr_t address);
  void grow();

  core::RawLock lock_;
  WatchedVariable* spare_ = nullptr;
  std::size_t count_ = 0;
  std::uintptr_t ended_[kEndedMax] = {};  // where; the oldest at ended_count_ modulo kEndedMax
  std::uint64_t ended_count_ = 0;
  Bucket first_buckets_[std::size_t{1} << kFirstBits] = {};
  Table first_table_{first_buckets_, kFirstBits};
  std::atomic<const Table*> table_{&first_table_};
};

}  // namespace lockweave::detectors
