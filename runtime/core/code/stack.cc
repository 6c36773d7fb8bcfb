// runtime/core/code/stack.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/stack.h"

#include <atomic>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/frame_walk.h"
#include "runtime/core/code/modules.h"
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

// Where return addresses lie on the stack: enough to recognise it without a walk. Given the
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

// Could the same addresses be other code by now?
bool is_placed_as_now(InternedStack& stack) {
  const std::uint32_t epoch = unload_epoch();
  if (epoch != 0 && stack.placed_in.load(std::memory_order_relaxed) == epoch) return true;
  for (std::uint32_t i = 0; i < stack.count; ++i) {
    if (module_id_at(stack.pcs[i]) != stack.modules()[i]) return false;
  }
  stack.placed_in.store(epoch, std::memory_order_relaxed);
  return true;
}

InternedStack* find_in(InternedStack* entry, const Trace& trace, std::uint64_t hash) {
  for (; entry != nullptr; entry = entry->next) {
    if (entry->hash != hash || entry->count != trace.count) continue;
    bool equal = true;
    for (std::uint32_t i = 0; i < trace.count && equal; ++i) {
      equal = entry->pcs[i] == trace.pcs[i];
    }
    if (equal && is_placed_as_now(*entry)) return entry;
  }
  return nullptr;
}

// Where the next stack is to be listed; nullptr: there is no room.
InternedStack** next_place() {
  const Id id = table.count + 1;
  if (id / kPageEntries >= kPages) return nullptr;
  InternedStack**& page = table.pages[id / kPageEntries];
  if (page == nullptr) page = arena.make_array<InternedStack*>(kPageEntries);
  return page == nullptr ? nullptr : page + id % kPageEntries;
}

// The table's lock is held.
InternedStack* make_stack(const Trace& trace, std::uint64_t hash, std::uint32_t epoch) {
  InternedStack** place = next_place();
  if (place == nullptr) return nullptr;
  constexpr std::size_t kFrame = sizeof(std::uintptr_t) + sizeof(std::uint32_t);
  void* memory =
      arena.allocate(sizeof(InternedStack) + trace.count * kFrame, alignof(InternedStack));
  if (memory == nullptr) return nullptr;
  auto* stack = new (memory) InternedStack{};
  stack->id = ++table.count;
  stack->hash = hash;
  stack->count = trace.count;
  stack->placed_in.store(epoch, std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < trace.count; ++i) {
    stack->pcs[i] = trace.pcs[i];
  }
  for (std::uint32_t i = 0; i < trace.count; ++i) {
    stack->modules()[i] = module_id_at(trace.pcs[i]);
  }
  *place = stack;
  return stack;
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

bool on_own_stack(std::uintptr_t address) {
  return address >= tls.stack_low && address < tls.stack_high;
}

// Where the return addresses lie goes to `places`, if that is wanted; returns whether each has a place on
// the thread's own stack: what may be looked at again.
__attribute__((noinline)) bool unwind(Trace& trace, std::uintptr_t pc,
                                      const std::uintptr_t** places) {
  trace.count = 0;
  FrameWalk walk(registers_here());
  bool all_placed = places != nullptr;
  bool more = walk.step();
  while (more && walk.pc() != pc) more = walk.step();
  for (; more && trace.count < Trace::kFramesMax; more = walk.step()) {
    if (is_ours(walk.pc())) continue;
    all_placed = all_placed && !walk.interrupted() && on_own_stack(walk.stack_pointer());
    if (all_placed) {
      places[trace.count] = reinterpret_cast<const std::uintptr_t*>(walk.stack_pointer()) - 1;
    }
    trace.pcs[trace.count++] = walk.pc();
  }
  if (trace.count > 0) return all_placed;
  trace.pcs[trace.count++] = pc;
  return false;
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

bool capture_asleep(Trace& trace, std::uintptr_t pc, std::uintptr_t stack_pointer,
                    std::uintptr_t loader) {
  Registers there;
  there.set(Registers::kReturnAddress, pc);
  there.set(Registers::kStackPointer, stack_pointer);
  FrameWalk walk(there);
  const std::uint32_t inner[] = {module_id_at(pc), module_id_at(loader)};
  trace.count = 0;
  while (trace.count < Trace::kFramesMax && walk.step()) {
    if (is_ours(walk.pc())) continue;
    const std::uint32_t module = module_id_at(walk.pc());
    if (trace.count == 0 && (module == inner[0] || module == inner[1])) continue;
    trace.pcs[trace.count++] = walk.pc();
  }
  return trace.count > 0;
}

InternedStack* intern_stack(const Trace& trace) {
  const std::uint64_t hash = hash_of(trace);
  auto& bucket = table.buckets[hash % kBuckets];
  if (InternedStack* found = find_in(bucket.load(std::memory_order_acquire), trace, hash)) {
    return found;
  }
  const std::uint32_t epoch = unload_epoch();
  RawGuard guard(table.lock);
  InternedStack* head = bucket.load(std::memory_order_relaxed);
  if (InternedStack* found = find_in(head, trace, hash)) return found;
  InternedStack* stack = make_stack(trace, hash, epoch);
  if (stack == nullptr) {
    count_lost(Loss::stacks);
    return nullptr;
  }
  stack->next = head;
  bucket.store(stack, std::memory_order_release);
  return stack;
}

InternedStack* intern_here(const void* pc) {
  Trace trace;
  capture(trace, pc);
  return intern_stack(trace);
}

void for_each_stack_lock(LockVisitor visit) {
  visit(table.lock);
  for_each_module_lock(visit);
}

void reset_stacks_after_fork() {
  for (Remembered& known : remembered) known.busy.store(false, std::memory_order_relaxed);
  reset_modules_after_fork();
}

}  // namespace lockweave::core
