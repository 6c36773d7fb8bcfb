// runtime/core/stack.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/stack.h"

#include <unwind.h>

#include <atomic>

#include "runtime/core/arena.h"

extern "C" {
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char etext[] __attribute__((visibility("hidden")));
}

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

bool is_ours(std::uintptr_t pc) {
  return pc >= reinterpret_cast<std::uintptr_t>(__ehdr_start) &&
         pc < reinterpret_cast<std::uintptr_t>(etext);
}

struct Walk {
  Trace* trace;
  std::uintptr_t from;
  bool started;
};

_Unwind_Reason_Code on_frame(_Unwind_Context* context, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  const std::uintptr_t pc = _Unwind_GetIP(context);
  if (pc == 0) return _URC_END_OF_STACK;
  if (!walk.started) {
    if (pc != walk.from) return _URC_NO_REASON;
    walk.started = true;
  }
  if (is_ours(pc)) return _URC_NO_REASON;
  walk.trace->pcs[walk.trace->count++] = pc;
  return walk.trace->count < Trace::kFramesMax ? _URC_NO_REASON : _URC_END_OF_STACK;
}

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

}  // namespace

void capture(Trace& trace, const void* pc) {
  trace.count = 0;
  Walk walk{&trace, reinterpret_cast<std::uintptr_t>(pc), false};
  _Unwind_Backtrace(on_frame, &walk);
  if (trace.count == 0) trace.pcs[trace.count++] = walk.from;
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
  if (entry == nullptr || !remember_id(entry)) return nullptr;
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
  for (Id id = 1; id <= table.count; ++id) stack_of(id)->written = false;
}

void warm_up_unwinder() {
  Trace trace;
  capture(trace, nullptr);
}

}  // namespace lockweave::core
