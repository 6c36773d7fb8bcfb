// runtime/core/state/table_parts.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files that make up the tables (tables.h) share: objects.cc, object_reuse.cc, acquisitions.cc,
// observations.cc. Nobody else includes it.
//
// The objects' lock guards what is begun, ended and listed, acquisitions too: a lock that is taken for the
// first time is new in both tables, and one lock is cheaper than two. An acquisition's stripe guards its
// observations. Neither is taken under the other.
#pragma once

#include "runtime/core/base/raw_lock.h"
#include "runtime/core/state/chains.h"
#include "runtime/core/state/tables.h"

namespace lockweave::core::tables {

inline constexpr std::size_t kChains = 1 << 16;
inline constexpr std::uint32_t kStripes = 64;

// An object with what only the tables know of it.
struct Listed : Object {
  std::uint32_t slot = 0;         // constant for its memory
  bool found = false;             // is in its chain and in the filter
  Object** stack_link = nullptr;  // what points to it in its thread's list; nullptr: in none
  std::uint64_t used = 0;  // the last sweep that found a thread which holds it or waits for it
  Listed* next = nullptr;  // in a list of ended ones
};

struct Node : Acquisition {
  std::uint32_t hash = 0;  // of its key, cut: tells its chain
  std::atomic<std::uint32_t> inner{0};
  Node* next_spare = nullptr;
};
static_assert(sizeof(Node) == 128);

using Slots = std::atomic<Object*>;

// What has ended goes from `fresh` to `settling`, if no thread holds it or waits for it, and a sweep
// later it is used again. In between every thread forgets the acquisitions it knows: none is taken for
// a later one at the same address and place.
struct ObjectTable {
  RawLock lock;
  Chains<Object, &Object::next_in_bucket, kChains> by_address;
  std::atomic<Slots*> all[1 << 12] = {};  // pages of kPageEntries, by slot
  // Every slot up to it is filled: stored after the slot, loaded before it by those who walk without
  // the lock.
  std::atomic<std::uint32_t> count{0};
  std::atomic<Id> newest{0};
  Listed* fresh = nullptr;
  std::uint32_t fresh_count = 0;
  Listed* settling = nullptr;
  Listed* spare = nullptr;
  Node* spare_nodes = nullptr;
  std::atomic<bool> sweeps{false};
  std::uint64_t sweep = 0;
  Id inherited = 0;  // the newest of the parent process
};
extern constinit ObjectTable objects;

struct AcquisitionTable {
  RawLock stripes[kStripes] = {};  // by the acquisition's id
  Chains<Acquisition, &Acquisition::next_in_bucket, kChains> by_key;
  std::atomic<Acquisition*> newest{nullptr};
  std::atomic<Id> count{0};
};
extern constinit AcquisitionTable acquisitions;

inline std::uint64_t mix(std::uint64_t value) {
  value *= 0x9E3779B97F4A7C15ULL;
  return value ^ (value >> 32);
}

// The objects' lock is held. The live object at `address`, begun now at the stack `first` if there is none;
// nullptr without memory.
Object* find_or_begin(std::uintptr_t address, lw_kind kind, int flags, InternedStack* first);
// The objects' lock is held. Of an object whose memory is used again; nullptr: there is none.
Listed* spare_object();
// No lock of the tables is held. One thread at a time; another one has no need to wait for it.
void sweep_now_and_then();
inline constexpr std::uint32_t kSweepAfter = 2048;  // ended objects
// As a thread's lowest stack object: it takes the general path, and forgets what it knows.
inline constexpr std::uintptr_t kForgetKnown = 0;

}  // namespace lockweave::core::tables
