// runtime/detectors/vector_clock.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A vector clock: for each thread's slot the number of its last epoch that is known to have come
// before. Slots that were never set are 0.
// Source: Lamport 1978; Mattern 1989; the epoch of one component is FastTrack's (Flanagan, Freund,
// PLDI 2009).
//
// Thread-safety: none; the owner guards it. Cost of join and copy: linear in the slots in use.
// Limit: without memory a clock stays as it was; then order is missing, which is counted as lost.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace lockweave::detectors {

using Slot = std::uint32_t;
using Epoch = std::uint64_t;  // 0: never

class VectorClock {
 public:
  constexpr VectorClock() = default;
  VectorClock(const VectorClock&) = delete;
  VectorClock& operator=(const VectorClock&) = delete;
  ~VectorClock() { release(); }

  Epoch at(Slot slot) const { return slot < size_ ? epochs_[slot] : 0; }
  bool knows(Slot slot, Epoch epoch) const { return epoch <= at(slot); }
  bool empty() const { return size_ == 0; }

  void set(Slot slot, Epoch epoch) {
    if (grow(slot + 1)) epochs_[slot] = epoch;
  }
  void raise(Slot slot, Epoch epoch) {
    if (!knows(slot, epoch)) set(slot, epoch);
  }
  // Returns whether anything was learnt.
  bool join(const VectorClock& other) {
    if (!grow(other.size_)) return false;
    bool learnt = false;
    for (std::uint32_t i = 0; i < other.size_; ++i) {
      if (other.epochs_[i] <= epochs_[i]) continue;
      epochs_[i] = other.epochs_[i];
      learnt = true;
    }
    return learnt;
  }
  void release() {
    core::arena.deallocate(epochs_, capacity_ * sizeof(Epoch));
    epochs_ = nullptr;
    size_ = capacity_ = 0;
  }

 private:
  bool grow(std::uint32_t size) {
    if (size <= capacity_) {
      if (size > size_) size_ = size;
      return true;
    }
    constexpr std::uint32_t kFirst = 8;
    std::uint32_t capacity = capacity_ == 0 ? kFirst : capacity_ * 2;
    while (capacity < size) capacity *= 2;
    auto* larger = core::arena.make_array<Epoch>(capacity);
    if (larger == nullptr) {
      core::count_lost(core::Loss::clock_entries);
      return false;
    }
    for (std::uint32_t i = 0; i < size_; ++i) larger[i] = epochs_[i];
    Epoch* outgrown = epochs_;
    const std::uint32_t entries = capacity_;
    epochs_ = larger;  // before the old ones go: a fork may fall between the two
    capacity_ = capacity;
    size_ = size;
    core::arena.deallocate(outgrown, entries * sizeof(Epoch));
    return true;
  }

  Epoch* epochs_ = nullptr;  // beyond size_: zeroes
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace lockweave::detectors
