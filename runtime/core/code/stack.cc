// runtime/core/code/stack.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/stack.h"

#include <atomic>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/frame_walk.h"
#include "runtime/core/code/own_code.h"

namespace lockweave::core {
namespace {

constexpr std::uint32_t kBuckets = 1 << 14;
constexpr std::uint32_t kPages = 1 << 12;
constexpr std::uint32_t kPageEntries = 1 << 10;

struct StackTable {
  RawLock lock;
  std::atomic<InternedStack*> buckets[kBuckets] = {};
  InternedStack** pages[kPages] = {};  // id -> stack
  Id count = 0;
};
constinit StackTable table;

// Where return addresses lie on the stack: enough to recognise it without the unwinder. Given the
// innermost frame, each return address and the size of its function's frame say where the next one
// must lie, so if all are still in place, this is the stack that was walked then. (A function with a
// frame of variable size could keep old ones in place by chance: then outer frames shown are old.)
struct Remembered {
  std::atomic<bool> busy{false};  // another thread, or what we interrupted, is at it
  std::uintptr_t frame = 0;       // innermost, of ours
  Trace trace;
  const std::uintptr_t* places[Trace::kFramesMax] = {};
};
constexpr std::uint32_t kRemembered = 256;
constinit Remembered remembered[kRemembered] = {};

std::uint64_t hash_of(const Trace& trace) {
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL * trace.count;
  for (std::uint32_t i = 0; i < trace.count; ++i) {
    hash = (hash ^ trace.pcs[i]) * 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 29;
  }
  return hash;
}

InternedStack* find_in(InternedStack* entry, const Trace& trace, std::uint64_t hash) {
  for (; entry != nullptr; entry = entry->next) {
    if (entry->hash != hash || entry->count != trace.count) continue;
    bool equal = true;
    for (std::uint32_t i = 0; i < trace.count && equal; ++i) {
      equal = entry->pcs[i] == trace.pcs[i];
    }
    if (equal) return entry;
  }
  return nullptr;
}

bool remember_id(InternedStack* entry) {
  const Id id = table.count + 1;
  if (id / kPageEntries >= kPages) return false;
  InternedStack**& page = table.pages[id / kPageEntries];
  if (page == nullptr) page = arena.make_array<InternedStack*>(kPageEntries);
  if (page == nullptr) return false;
  entry->id = id;
  page[id % kPageEntries] = entry;
  table.count = id;
  return true;
}

void copy(const Trace& from, Trace& to) {
  to.count = from.count;
  for (std::uint32_t i = 0; i < from.count; ++i) to.pcs[i] = from.pcs[i];
}

// Requires: `frame` lies on the calling thread's stack, which ends at `stack_high`.
bool is_this_stack(const Remembered& known, std::uintptr_t frame, std::uintptr_t pc,
                   std::uintptr_t stack_high) {
  const Trace& trace = known.trace;
  if (known.frame != frame || trace.count == 0 || trace.pcs[0] != pc) return false;
  const auto last = reinterpret_cast<std::uintptr_t>(known.places[trace.count - 1]);
  if (last + sizeof(std::uintptr_t) > stack_high) return false;
  for (std::uint32_t i = 0; i < trace.count; ++i) {
    if (*known.places[i] != trace.pcs[i]) return false;
  }
  return true;
}

// Where the return addresses lie goes to `places`, if that is wanted; returns whether each has a place.
__attribute__((noinline)) bool unwind(Trace& trace, std::uintptr_t pc,
                                      const std::uintptr_t** places) {
  trace.count = 0;
  FrameWalk walk(registers_here());
  bool all_placed = places != nullptr;
  bool more = walk.step();
  while (more && walk.pc() != pc) more = walk.step();
  for (; more && trace.count < Trace::kFramesMax; more = walk.step()) {
    if (is_ours(walk.pc())) continue;
    all_placed = all_placed && !walk.interrupted();
    if (all_placed) {
      places[trace.count] = reinterpret_cast<const std::uintptr_t*>(walk.stack_pointer()) - 1;
    }
    trace.pcs[trace.count++] = walk.pc();
  }
  if (trace.count > 0) return all_placed;
  trace.pcs[trace.count++] = pc;
  return false;
}

bool on_own_stack(std::uintptr_t address) {
  return address >= tls.stack_low && address < tls.stack_high;
}

}  // namespace

void capture(Trace& trace, const void* return_address) {
  const auto pc = reinterpret_cast<std::uintptr_t>(return_address);
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  Remembered& known = remembered[((pc >> 2) ^ (frame >> 4) ^ (frame >> 12)) % kRemembered];
  if (!on_own_stack(frame) || known.busy.exchange(true, std::memory_order_acquire)) {
    (void)unwind(trace, pc, nullptr);
    return;
  }
  if (is_this_stack(known, frame, pc, tls.stack_high)) {
    copy(known.trace, trace);
  } else {
    known.trace.count = 0;
    const bool all_placed = unwind(trace, pc, known.places);
    known.frame = frame;
    if (all_placed) copy(trace, known.trace);
  }
  known.busy.store(false, std::memory_order_release);
}

InternedStack* intern_stack(const Trace& trace) {
  const std::uint64_t hash = hash_of(trace);
  auto& bucket = table.buckets[hash % kBuckets];
  if (InternedStack* found = find_in(bucket.load(std::memory_order_acquire), trace, hash)) {
    return found;
  }
  RawGuard guard(table.lock);
  InternedStack* head = bucket.load(std::memory_order_relaxed);
  if (InternedStack* found = find_in(head, trace, hash)) return found;
  const std::size_t size = sizeof(InternedStack) + trace.count * sizeof(std::uintptr_t);
  auto* entry = static_cast<InternedStack*>(arena.allocate(size, alignof(InternedStack)));
  if (entry == nullptr || !remember_id(entry)) {
    arena.deallocate(entry, size);
    count_lost(Loss::stacks);
    return nullptr;
  }
  entry->hash = hash;
  entry->count = trace.count;
  for (std::uint32_t i = 0; i < trace.count; ++i) entry->pcs[i] = trace.pcs[i];
  entry->next = head;
  bucket.store(entry, std::memory_order_release);
  return entry;
}

InternedStack* intern_here(const void* pc) {
  Trace trace;
  capture(trace, pc);
  return intern_stack(trace);
}

InternedStack* stack_of(Id id) {
  return id == 0 || id > table.count ? nullptr : table.pages[id / kPageEntries][id % kPageEntries];
}

void for_each_stack_lock(LockVisitor visit) { visit(table.lock); }

void reset_stacks_after_fork() {
  for (Remembered& known : remembered) known.busy.store(false, std::memory_order_relaxed);
  for (Id id = 1; id <= table.count; ++id) stack_of(id)->written = false;
}

}  // namespace lockweave::core
