// runtime/core/state/tables.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/tables.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {
namespace {

constexpr std::uint32_t kObjectBuckets = 1 << 16;
constexpr std::uint32_t kAcquisitionBuckets = 1 << 16;
constexpr std::uint32_t kStripes = 64;
constexpr std::uint32_t kFilterWords = 1 << 14;
constexpr std::uintptr_t kFilterLine = 64;

using Slots = std::atomic<Object*>;

struct ObjectTable {
  RawLock lock;
  std::atomic<Object*> buckets[kObjectBuckets] = {};
  std::atomic<Slots*> all[1 << 12] = {};  // pages of kPageEntries, by id
  // Every id up to it has its slot filled: stored after the slot, loaded before it by those who walk
  // without the lock.
  std::atomic<Id> count{0};
};
constinit ObjectTable objects;

struct AcquisitionTable {
  RawLock stripes[kStripes] = {};
  std::atomic<Acquisition*> buckets[kAcquisitionBuckets] = {};  // ended ones leave them
  std::atomic<Acquisition*> newest{nullptr};
  std::atomic<Id> count{0};
};
constinit AcquisitionTable acquisitions;

// One word per (hashed) 4 KiB page, one bit per 64-byte line that holds a live object. Bits are
// only set: a stale bit costs a look-up.
constinit std::atomic<std::uint64_t> filter[kFilterWords];
constinit std::atomic<bool> off_stacks{false};

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9E3779B97F4A7C15ULL;
  return value ^ (value >> 32);
}

std::atomic<std::uint64_t>& filter_word(std::uintptr_t address) {
  return filter[mix(address >> 12) % kFilterWords];
}

std::atomic<Object*>& object_bucket(std::uintptr_t address) {
  return objects.buckets[mix(address >> 2) % kObjectBuckets];
}

// Ended objects and acquisitions are taken out when their bucket is next changed: else an address
// that is used again and again would make its bucket ever longer.
template <class Entry>
void unlink_ended(std::atomic<Entry*>& bucket) {
  std::atomic<Entry*>* link = &bucket;
  while (Entry* entry = link->load(std::memory_order_relaxed)) {
    if (entry->address.load(std::memory_order_relaxed) == 0) {
      link->store(entry->next_in_bucket.load(std::memory_order_relaxed), std::memory_order_release);
    } else {
      link = &entry->next_in_bucket;
    }
  }
}

Object* find_in_bucket(const std::atomic<Object*>& bucket, std::uintptr_t address) {
  for (Object* object = bucket.load(std::memory_order_acquire); object != nullptr;
       object = object->next_in_bucket.load(std::memory_order_acquire)) {
    if (object->address.load(std::memory_order_acquire) == address) return object;
  }
  return nullptr;
}

constexpr std::uint32_t kPageEntries = 1 << 12;

Slots* slot_of(Id id, bool make) {
  if (id / kPageEntries >= sizeof objects.all / sizeof objects.all[0]) return nullptr;
  auto& page = objects.all[id / kPageEntries];
  Slots* base = page.load(std::memory_order_acquire);
  if (base == nullptr && make) {
    base = arena.make_array<Slots>(kPageEntries);
    page.store(base, std::memory_order_release);
  }
  return base == nullptr ? nullptr : base + id % kPageEntries;
}

// Without the lock: calls `visit` for each object that has begun, ended ones too, oldest first.
template <class Visit>
void for_each_begun(Visit visit) {
  const Id count = objects.count.load(std::memory_order_acquire);
  for (Id id = 1; id <= count; ++id) visit(*slot_of(id, false)->load(std::memory_order_relaxed));
}

// Objects whose stack trace of first use is the same are told apart by their rank among them.
std::uint32_t next_ordinal(const InternedStack* first) {
  static constinit std::uint32_t counts[1 << 12];
  return first == nullptr ? 0 : counts[first->id % (1 << 12)]++;
}

Object* begin_object(std::uintptr_t address, lw_kind kind, int flags, InternedStack* first) {
  Object* object = arena.make<Object>();
  const Id id = objects.count.load(std::memory_order_relaxed) + 1;
  Slots* slot = object == nullptr ? nullptr : slot_of(id, true);
  if (slot == nullptr) {
    arena.deallocate(object, sizeof *object);
    count_lost(Loss::objects);
    return nullptr;
  }
  object->id = id;
  object->kind = kind;
  object->process_shared = (flags & LW_PROCESS_SHARED) != 0;
  object->first = first;
  object->ordinal = next_ordinal(first);
  object->generation = object->id;
  if (ThreadState* owner = thread_by_stack(address)) {
    object->stack_thread = owner->id;
    object->next_on_stack = owner->stack_objects;
    owner->stack_objects = object;
    if (address < owner->lowest_stack_object.load(std::memory_order_relaxed)) {
      owner->lowest_stack_object.store(address, std::memory_order_relaxed);
    }
  } else if (!off_stacks.load(std::memory_order_relaxed)) {
    off_stacks.store(true, std::memory_order_relaxed);
  }
  slot->store(object, std::memory_order_relaxed);
  objects.count.store(id, std::memory_order_release);
  return object;
}

void publish(Object& object, std::atomic<Object*>& bucket, std::uintptr_t address) {
  object.next_in_bucket.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
  object.address.store(address, std::memory_order_relaxed);
  bucket.store(&object, std::memory_order_release);
  filter_word(address).fetch_or(1ULL << ((address >> 6) & 63), std::memory_order_relaxed);
}

std::uint64_t hash_of(const AcquisitionKey& key) {
  return mix(key.address ^ mix(reinterpret_cast<std::uintptr_t>(key.outer) ^ key.site ^
                               (std::uint64_t{key.flags} << 48)));
}

Acquisition* find_node(Acquisition* node, const AcquisitionKey& key) {
  for (; node != nullptr; node = node->next_in_bucket.load(std::memory_order_acquire)) {
    if (node->address.load(std::memory_order_acquire) == key.address && node->outer == key.outer &&
        node->site == key.site && node->flags == key.flags) {
      return node;
    }
  }
  return nullptr;
}

}  // namespace

Object* find_object(std::uintptr_t address) {
  return find_in_bucket(object_bucket(address), address);
}

Object* object_at(std::uintptr_t address, lw_kind kind, int flags, const void* pc) {
  if (Object* found = find_object(address)) return found;
  InternedStack* first = intern_here(pc);
  auto& bucket = object_bucket(address);
  RawGuard guard(objects.lock);
  if (Object* found = find_in_bucket(bucket, address)) return found;
  unlink_ended(bucket);
  Object* object = begin_object(address, kind, flags, first);
  if (object != nullptr) publish(*object, bucket, address);
  return object;
}

Object* unlisted_object(std::uintptr_t address, lw_kind kind, const char* name,
                        InternedStack* first) {
  const char* kept = name == nullptr ? nullptr : keep_text(name);
  RawGuard guard(objects.lock);
  Object* object = begin_object(address, kind, 0, first);
  if (object == nullptr) return nullptr;
  object->address.store(address, std::memory_order_relaxed);
  object->name = kept;
  return object;
}

namespace {

void end_locked(Object& object) {
  object.address.store(0, std::memory_order_release);
  for (Acquisition* node = object.acquisitions; node != nullptr; node = node->next_of_object) {
    node->address.store(0, std::memory_order_release);
  }
}

}  // namespace

void end_object(Object& object) {
  RawGuard guard(objects.lock);
  end_locked(object);
}

void end_stack_objects(ThreadState& thread, std::uintptr_t frame) {
  RawGuard guard(objects.lock);
  Object** link = &thread.stack_objects;
  std::uintptr_t lowest = UINTPTR_MAX;
  while (Object* object = *link) {
    const std::uintptr_t address = object->address.load(std::memory_order_relaxed);
    if (address < frame) {
      *link = object->next_on_stack;
      if (address != 0) end_locked(*object);
      continue;
    }
    if (address < lowest) lowest = address;
    link = &object->next_on_stack;
  }
  thread.lowest_stack_object.store(lowest, std::memory_order_relaxed);
}

bool objects_off_stacks() { return off_stacks.load(std::memory_order_relaxed); }

Id newest_object() {
  RawGuard guard(objects.lock);
  return objects.count.load(std::memory_order_relaxed);
}

bool may_hold_objects(std::uintptr_t begin, std::size_t size) {
  if (size == 0) return false;
  const std::uintptr_t last = begin + size - 1;
  if ((begin >> 12) == (last >> 12)) {  // the usual free(): within one page
    const std::uint32_t low = (begin >> 6) & 63;
    const std::uint32_t high = (last >> 6) & 63;
    const std::uint64_t mask = (~0ULL >> (63 - (high - low))) << low;
    return (filter_word(begin).load(std::memory_order_relaxed) & mask) != 0;
  }
  if (size > (std::size_t{kFilterWords} << 12)) return true;
  for (std::uintptr_t page = begin & ~std::uintptr_t{4095}; page <= last; page += 4096) {
    if (filter_word(page).load(std::memory_order_relaxed) != 0) return true;
  }
  return false;
}

namespace {

// Calls `finish` for each live object in one line of a page, if the filter knows of any.
template <class Finish>
void visit_line(std::uintptr_t line, std::uintptr_t begin, std::uintptr_t end, Finish finish) {
  const std::uint64_t bits = filter_word(line).load(std::memory_order_relaxed);
  if ((bits >> ((line / kFilterLine) & 63) & 1) == 0) return;
  const std::uintptr_t first = line < begin ? (begin + 3) & ~std::uintptr_t{3} : line;
  for (std::uintptr_t at = first; at < end && at < line + kFilterLine; at += 4) {
    if (Object* object = find_object(at)) finish(object);
  }
}

}  // namespace

void end_objects_within(std::uintptr_t begin, std::size_t size, ObjectVisitor visit, void* context,
                        Id newest) {
  const std::uintptr_t end = begin + size;
  const auto finish = [&](Object* object) {
    if (object->id > newest) return;
    if (visit != nullptr) visit(context, *object);
    end_object(*object);
  };
  if (size / kFilterLine <= 64 + objects.count.load(std::memory_order_relaxed)) {
    for (std::uintptr_t line = begin & ~(kFilterLine - 1); line < end; line += kFilterLine) {
      visit_line(line, begin, end, finish);
    }
    return;
  }
  for_each_begun([&](Object& object) {
    const std::uintptr_t at = object.address.load(std::memory_order_acquire);
    if (at >= begin && at < end) finish(&object);
  });
}

namespace {

// Under the bucket's stripe: the node if it is there by now, else a new one.
Acquisition* find_or_make(const AcquisitionKey& key, std::uint64_t hash, Object& object,
                          InternedStack* stack, bool& made) {
  auto& bucket = acquisitions.buckets[hash % kAcquisitionBuckets];
  RawGuard stripe(acquisitions.stripes[hash % kStripes]);
  if (Acquisition* found = find_node(bucket.load(std::memory_order_relaxed), key)) return found;
  Acquisition* node = arena.make<Acquisition>();
  if (node == nullptr) {
    count_lost(Loss::acquisitions);
    return nullptr;
  }
  node->outer = key.outer;
  node->site = key.site;
  node->flags = key.flags;
  node->depth = key.outer == nullptr ? 1 : key.outer->depth + 1;
  node->object = &object;
  node->stack = stack;
  node->id = acquisitions.count.fetch_add(1, std::memory_order_relaxed) + 1;
  unlink_ended(bucket);
  node->next_in_bucket.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
  {
    RawGuard guard(objects.lock);
    node->next_of_object = object.acquisitions;
    object.acquisitions = node;
    node->address.store(object.address.load(std::memory_order_relaxed), std::memory_order_relaxed);
  }
  bucket.store(node, std::memory_order_release);
  node->next_of_all = acquisitions.newest.load(std::memory_order_relaxed);
  while (!acquisitions.newest.compare_exchange_weak(
      node->next_of_all, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
  made = true;
  return node;
}

}  // namespace

Acquisition* intern_acquisition(const AcquisitionKey& key, lw_kind kind, int flags, const void* pc,
                                bool& made) {
  made = false;
  const std::uint64_t hash = hash_of(key);
  const auto& bucket = acquisitions.buckets[hash % kAcquisitionBuckets];
  if (Acquisition* found = find_node(bucket.load(std::memory_order_acquire), key)) return found;
  Object* object = object_at(key.address, kind, flags, pc);
  InternedStack* stack = intern_here(pc);
  if (object == nullptr || stack == nullptr) return nullptr;
  if (object->acquisitions == nullptr) {  // named before it was first locked
    object->kind = kind;
    object->process_shared |= (flags & LW_PROCESS_SHARED) != 0;
  }
  return find_or_make(key, hash, *object, stack, made);
}

Acquisition* intern_like(const Acquisition& like, Acquisition* outer, std::uint32_t flags) {
  const std::uintptr_t address = like.object->address.load(std::memory_order_relaxed);
  if (address == 0) return nullptr;
  const AcquisitionKey key{outer, address, like.site, like.flags | flags};
  const std::uint64_t hash = hash_of(key);
  const auto& bucket = acquisitions.buckets[hash % kAcquisitionBuckets];
  if (Acquisition* found = find_node(bucket.load(std::memory_order_acquire), key)) return found;
  bool made = false;
  return find_or_make(key, hash, *like.object, like.stack, made);
}

namespace {

// The node's stripe is held.
void note_late(Acquisition& node, Id thread, std::uint32_t segment) {
  if (node.late == nullptr) node.late = arena.make<LateObservations>();
  if (node.late == nullptr) {
    count_lost(Loss::observations);
    return;
  }
  LateObservations& late = *node.late;
  const std::uint64_t kept = late.count < kObservationsMax ? late.count : kObservationsMax;
  for (std::uint64_t i = 0; i < kept; ++i) {
    if (late.at[i].thread == thread && late.at[i].segment == segment) return;
  }
  if (kept == kObservationsMax) count_lost(Loss::observations);
  late.at[late.count++ % kObservationsMax] = {thread, segment};
}

}  // namespace

void for_each_late_observation(Acquisition& node, ObservationVisitor visit, void* context) {
  LateObservations late;
  {
    RawGuard stripe(acquisitions.stripes[node.id % kStripes]);
    if (node.late == nullptr) return;
    late = *node.late;
  }
  for (std::uint64_t i = 0; i < late.count && i < kObservationsMax; ++i) {
    visit(context, node, late.at[i].thread, late.at[i].segment);
  }
}

Observation add_observation(Acquisition& node, Id thread, std::uint32_t segment) {
  RawGuard stripe(acquisitions.stripes[node.id % kStripes]);
  for (ObservationChunk* chunk = node.observations; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) {
      if (chunk->at[i].thread == thread && chunk->at[i].segment == segment)
        return Observation::known;
    }
  }
  if (node.observation_count == kObservationsMax) {
    note_late(node, thread, segment);
    return Observation::late;
  }
  ObservationChunk* chunk = node.observations;
  if (chunk == nullptr || chunk->count == ObservationChunk::kMax) {
    chunk = arena.make<ObservationChunk>();
    if (chunk != nullptr) chunk->next = node.observations;
    if (chunk != nullptr) node.observations = chunk;
  }
  if (chunk == nullptr) {
    count_lost(Loss::observations);
    return Observation::known;
  }
  chunk->at[chunk->count++] = {thread, segment};
  ++node.observation_count;
  return Observation::early;
}

void for_each_acquisition(AcquisitionVisitor visit, void* context) {
  for (Acquisition* node = acquisitions.newest.load(std::memory_order_acquire); node != nullptr;
       node = node->next_of_all) {
    visit(context, *node);
  }
}

void for_each_object(ObjectVisitor visit, void* context) {
  for_each_begun([&](Object& object) { visit(context, object); });
}

void for_each_table_lock(LockVisitor visit) {
  for (RawLock& stripe : acquisitions.stripes) visit(stripe);
  visit(objects.lock);
}

void reset_tables_after_fork() {
  for_each_begun([](Object& object) {
    object.written = false;
    object.waiters_and_wakes.store(0, std::memory_order_relaxed);
    object.permits_account.store(nullptr, std::memory_order_relaxed);  // the parent's
  });
  for_each_acquisition(
      [](void*, Acquisition& node) {
        node.written = false;
        node.observations = nullptr;  // the parent's; the child's record starts empty
        node.observation_count = 0;
        node.late = nullptr;
      },
      nullptr);
}

}  // namespace lockweave::core
