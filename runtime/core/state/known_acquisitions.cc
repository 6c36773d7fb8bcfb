// runtime/core/state/known_acquisitions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each thread's cache of the acquisitions it made in this segment.
#include <string.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/state/thread_registry.h"

namespace lockweave::core {

Acquisition** threads::take_cache() {
  if (Acquisition** cache = threads::registry.spare_caches; cache != nullptr) {
    threads::registry.spare_caches = reinterpret_cast<Acquisition**>(cache[0]);
    memset(cache, 0, sizeof(Acquisition*) * ThreadState::kCacheFirst);
    return cache;
  }
  return arena.make_array<Acquisition*>(ThreadState::kCacheFirst);
}

void threads::put_back_cache(Acquisition** cache) {
  cache[0] = reinterpret_cast<Acquisition*>(threads::registry.spare_caches);
  threads::registry.spare_caches = cache;
}

// Only the size that every thread begins with is handed on.
void threads::give_up_cache(ThreadState& thread) {
  if (thread.cache_entries == ThreadState::kCacheFirst) {
    put_back_cache(thread.cache);
  } else {
    arena.deallocate(thread.cache, sizeof(Acquisition*) * thread.cache_entries);
  }
  thread.cache = nullptr;
}

void begin_segment(ThreadState& thread) {
  // lockweave: ignore(atomic-check-then-act) only its own thread stores it
  thread.segment.store(thread.segment.load(std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
  forget_known_acquisitions(thread);
}

void forget_known_acquisitions(ThreadState& thread) {
  if (thread.cache == nullptr) return;
  memset(thread.cache, 0, sizeof(Acquisition*) * thread.cache_entries);
}

namespace {

bool is_over(const Acquisition* node) {
  return node == nullptr || node->address.load(std::memory_order_relaxed) == 0;
}

// nullptr: all places hold others.
Acquisition** free_place(const ThreadState& thread, std::uint32_t place) {
  for (std::uint32_t way = 0; way < kCacheWays; ++way) {
    if (is_over(thread.cache[place ^ way])) return &thread.cache[place ^ way];
  }
  return nullptr;
}

std::uint32_t place_of(const ThreadState& thread, const Acquisition& node) {
  return cache_place(thread, node.outer, node.address.load(std::memory_order_relaxed), node.site);
}

void put(ThreadState& thread, Acquisition& node) {
  const std::uint32_t place = place_of(thread, node);
  Acquisition** free = free_place(thread, place);
  *(free != nullptr ? free : &thread.cache[place]) = &node;
}

// Doubles the cache; what is known stays known.
void grow_cache(ThreadState& thread) {
  const std::uint32_t entries = thread.cache_entries;
  auto* larger = arena.make_array<Acquisition*>(std::size_t{entries} * 2);
  if (larger == nullptr) return;
  Acquisition** old = thread.cache;
  thread.cache = larger;
  thread.cache_entries = entries * 2;
  thread.cache_evictions = 0;
  for (std::uint32_t i = 0; i < entries; ++i) {
    if (!is_over(old[i])) put(thread, *old[i]);
  }
  arena.deallocate(old, sizeof(Acquisition*) * entries);
}

}  // namespace

// A cache that must forget often is too small for what this thread does.
void remember_acquisition(ThreadState& thread, Acquisition& node) {
  constexpr std::uint32_t kOften = 8;
  const bool full = free_place(thread, place_of(thread, node)) == nullptr;
  if (full && ++thread.cache_evictions > thread.cache_entries / kOften &&
      thread.cache_entries < ThreadState::kCacheMost) {
    grow_cache(thread);
  }
  put(thread, node);
}

}  // namespace lockweave::core
