// runtime/detectors/variables.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/variables.h"

#include <cstring>

namespace lockweave::detectors {

Variables::Bucket& Variables::Table::of(std::uintptr_t address) const {
  const std::uint64_t mixed = (address >> 2) * 0x9E3779B97F4A7C15ULL;
  return buckets[mixed >> (64 - bits)];
}

std::size_t Variables::buckets() const {
  return std::size_t{1} << table_.load(std::memory_order_acquire)->bits;
}

WatchedVariable* Variables::find(std::uintptr_t address) const {
  const Table& table = *table_.load(std::memory_order_acquire);
  WatchedVariable* at = table.of(address).load(std::memory_order_acquire);
  while (at != nullptr && at->address.load(std::memory_order_acquire) != address) {
    at = at->next.load(std::memory_order_acquire);
  }
  return at;
}

WatchedVariable* Variables::take_out(std::uintptr_t address) {
  Bucket* link = &table_.load(std::memory_order_relaxed)->of(address);
  while (WatchedVariable* at = link->load(std::memory_order_relaxed)) {
    if (at->address.load(std::memory_order_relaxed) == address) {
      link->store(at->next.load(std::memory_order_relaxed), std::memory_order_release);
      return at;
    }
    link = &at->next;
  }
  return nullptr;
}

// Whoever reads an outgrown bucket meanwhile comes to the end of some chain: a miss, no wrong variable.
void Variables::grow() {
  const Table& old = *table_.load(std::memory_order_relaxed);
  if (count_ <= std::size_t{1} << old.bits) return;
  auto* larger = core::arena.make<Table>();
  if (larger == nullptr) return;
  larger->bits = old.bits + 1;
  larger->buckets = core::arena.make_array<Bucket>(std::size_t{1} << larger->bits);
  if (larger->buckets == nullptr) {
    core::arena.deallocate(larger, sizeof *larger);
    return;
  }
  for (std::size_t i = 0; i < std::size_t{1} << old.bits; ++i) {
    WatchedVariable* at = old.buckets[i].load(std::memory_order_relaxed);
    while (at != nullptr) {
      WatchedVariable* const next = at->next.load(std::memory_order_relaxed);
      Bucket& bucket = larger->of(at->address.load(std::memory_order_relaxed));
      at->next.store(bucket.load(std::memory_order_relaxed), std::memory_order_release);
      bucket.store(at, std::memory_order_relaxed);
      at = next;
    }
  }
  table_.store(larger, std::memory_order_release);
}

WatchedVariable* Variables::add(std::uintptr_t address, std::size_t size, const char* name,
                                core::InternedStack* first) {
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
  ++count_;
  grow();
  Bucket& bucket = table_.load(std::memory_order_relaxed)->of(address);
  made->next.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
  made->address.store(address, std::memory_order_release);
  bucket.store(made, std::memory_order_release);
  return made;
}

WatchedVariable* Variables::begin(std::uintptr_t address, std::size_t size, const char* name,
                                  core::InternedStack* first) {
  core::RawGuard guard(lock_);
  recycle(address);
  return add(address, size, name, first);
}

WatchedVariable* Variables::find_or_begin(std::uintptr_t address, std::size_t size,
                                          core::InternedStack* first) {
  core::RawGuard guard(lock_);
  WatchedVariable* known = find(address);
  return known != nullptr ? known : add(address, size, nullptr, first);
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
  if (oldest != nullptr && oldest->accesses.ended) {
    recycle(place);
    core::count_lost(core::Loss::variables);
  }
  place = address;
}

void Variables::recycle(std::uintptr_t address) {
  WatchedVariable* ended = take_out(address);
  if (ended == nullptr) return;
  --count_;
  ended->address.store(0, std::memory_order_release);
  RaceEngine::forget(ended->accesses);
  ended->next.store(spare_, std::memory_order_relaxed);
  spare_ = ended;
}

void Variables::forget_torn() {
  const Table& table = *table_.load();
  for (std::size_t i = 0; i < std::size_t{1} << table.bits; ++i) {
    for (WatchedVariable* at = table.buckets[i].load(); at != nullptr; at = at->next.load()) {
      if (at->accesses.guard.is_taken()) RaceEngine::forget_torn(at->accesses);
    }
  }
}

}  // namespace lockweave::detectors
