// runtime/detectors/variables.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/variables.h"

#include <cstring>

namespace lockweave::detectors {

std::uint32_t Variables::bucket_of(std::uintptr_t address) {
  const std::uint64_t mixed = (address >> 2) * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::uint32_t>(mixed >> 40) % kBuckets;
}

WatchedVariable* Variables::find(std::uintptr_t address) const {
  WatchedVariable* at = buckets_[bucket_of(address)].load(std::memory_order_acquire);
  while (at != nullptr && at->address.load(std::memory_order_acquire) != address) {
    at = at->next.load(std::memory_order_acquire);
  }
  return at;
}

WatchedVariable* Variables::take_out(std::uintptr_t address) {
  std::atomic<WatchedVariable*>* link = &buckets_[bucket_of(address)];
  while (WatchedVariable* at = link->load(std::memory_order_relaxed)) {
    if (at->address.load(std::memory_order_relaxed) == address) {
      link->store(at->next.load(std::memory_order_relaxed), std::memory_order_release);
      return at;
    }
    link = &at->next;
  }
  return nullptr;
}

WatchedVariable* Variables::begin(std::uintptr_t address, std::size_t size, const char* name,
                                  core::InternedStack* first) {
  core::RawGuard guard(lock_);
  recycle(address);
  WatchedVariable* made = spare_;
  if (made != nullptr) {
    spare_ = made->next.load(std::memory_order_relaxed);
  } else {
    made = core::arena.make<WatchedVariable>();
    if (made == nullptr) return nullptr;
  }
  made->size = size;
  made->first = first;
  made->object = nullptr;
  std::memset(made->name, 0, sizeof made->name);
  if (name != nullptr) std::strncpy(made->name, name, sizeof made->name - 1);
  auto& bucket = buckets_[bucket_of(address)];
  made->next.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
  made->address.store(address, std::memory_order_release);
  bucket.store(made, std::memory_order_release);
  return made;
}

void Variables::end(std::uintptr_t address) {
  core::RawGuard guard(lock_);
  const WatchedVariable* variable = find(address);
  if (variable == nullptr) return;
  if (variable->accesses.ended) {
    keep_ended(address);
  } else {
    recycle(address);
  }
}

void Variables::keep_ended(std::uintptr_t address) {
  std::uintptr_t& place = ended_[ended_count_++ % kEndedMax];
  const WatchedVariable* oldest = place == 0 ? nullptr : find(place);
  if (oldest != nullptr && oldest->accesses.ended) recycle(place);
  place = address;
}

void Variables::recycle(std::uintptr_t address) {
  WatchedVariable* ended = take_out(address);
  if (ended == nullptr) return;
  ended->address.store(0, std::memory_order_release);
  RaceEngine::forget(ended->accesses);
  ended->next.store(spare_, std::memory_order_relaxed);
  spare_ = ended;
}

void Variables::reset_guards() {
  lock_.reset_after_fork();
  for (auto& bucket : buckets_) {
    for (WatchedVariable* at = bucket.load(); at != nullptr; at = at->next.load()) {
      at->accesses.guard.reset_after_fork();
    }
  }
}

}  // namespace lockweave::detectors
