// runtime/detectors/variables.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The watched variables, by the address where they begin.
//
// A variable whose end was an access stays to be found, until another one begins at its address or
// kEndedMax others have ended: who comes too late is told then.
//
// Thread-safety: `find` is lock-free, the others take a lock. A variable's memory is used again for
// another variable, never for anything else: who accesses one that another thread ends at that
// moment sees an empty history, or another variable's.
// Cost: one hash probe. Limit: without memory a variable is not watched (nullptr).
#pragma once

#include "runtime/core/detector.h"
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
  constexpr Variables() = default;

  WatchedVariable* find(std::uintptr_t address) const;
  // A variable that was there ends.
  WatchedVariable* begin(std::uintptr_t address, std::size_t size, const char* name,
                         core::InternedStack* first);
  void end(std::uintptr_t address);
  static constexpr std::uint32_t kEndedMax = 1024;

  // After a fork: other threads held the guards.
  void reset_guards();

 private:
  static constexpr std::uint32_t kBuckets = 1 << 14;
  static std::uint32_t bucket_of(std::uintptr_t address);
  WatchedVariable* take_out(std::uintptr_t address);
  // These require that lock_ is held.
  void recycle(std::uintptr_t address);
  void keep_ended(std::uintptr_t address);

  core::RawLock lock_;
  WatchedVariable* spare_ = nullptr;
  std::uintptr_t ended_[kEndedMax] = {};  // where; the oldest at ended_count_ modulo kEndedMax
  std::uint64_t ended_count_ = 0;
  std::atomic<WatchedVariable*> buckets_[kBuckets] = {};
};

}  // namespace lockweave::detectors
