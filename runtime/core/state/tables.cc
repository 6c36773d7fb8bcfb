// runtime/core/state/tables.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/tables.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/chains.h"
#include "runtime/core/state/keep_ended.h"
#include "runtime/core/state/memory_filter.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {
namespace {

constexpr std::size_t kChains = 1 << 16;
constexpr std::uint32_t kStripes = 64;
constexpr std::uint32_t kSweepAfter = 2048;  // ended objects
// As a thread's lowest stack object: it takes the general path, and forgets what it knows.
constexpr std::uintptr_t kForgetKnown = 0;

// An object with what only this file knows of it.
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
constinit ObjectTable objects;

struct AcquisitionTable {
  RawLock stripes[kStripes] = {};
  Chains<Acquisition, &Acquisition::next_in_bucket, kChains> by_key;
  std::atomic<Acquisition*> newest{nullptr};
  std::atomic<Id> count{0};
};
constinit AcquisitionTable acquisitions;

constinit MemoryFilter filter;
constinit std::atomic<bool> off_stacks{false};

std::uint64_t mix(std::uint64_t value) {
  value *= 0x9E3779B97F4A7C15ULL;
  return value ^ (value >> 32);
}

std::size_t hash_of(std::uintptr_t address) { return mix(address >> 2); }

Object* find_live(std::uintptr_t address) {
  return objects.by_address.find(hash_of(address), [address](const Object& object) {
    return object.address.load(std::memory_order_acquire) == address;
  });
}

constexpr std::uint32_t kPageEntries = 1 << 12;

Slots* slot_of(std::uint32_t slot, bool make) {
  if (slot / kPageEntries >= sizeof objects.all / sizeof objects.all[0]) return nullptr;
  auto& page = objects.all[slot / kPageEntries];
  Slots* base = page.load(std::memory_order_acquire);
  if (base == nullptr && make) {
    base = arena.make_array<Slots>(kPageEntries);
    page.store(base, std::memory_order_release);
  }
  return base == nullptr ? nullptr : base + slot % kPageEntries;
}

// Without the lock: calls `visit` for each object there is memory of. One whose address is 0 has ended,
// or is to begin.
template <class Visit>
void for_each_slot(Visit visit) {
  const std::uint32_t count = objects.count.load(std::memory_order_acquire);
  for (std::uint32_t slot = 1; slot <= count; ++slot) {
    visit(*slot_of(slot, false)->load(std::memory_order_relaxed));
  }
}

// Objects whose stack trace of first use is the same are told apart by their rank among them.
std::uint32_t next_ordinal(const InternedStack* first) {
  static constinit std::uint32_t counts[1 << 12];
  return first == nullptr ? 0 : counts[first->id % (1 << 12)]++;
}

Listed* spare_object() {
  Listed* object = objects.spare;
  if (object == nullptr) return nullptr;
  objects.spare = object->next;
  const std::uint32_t slot = object->slot;
  object = new (object) Listed;
  object->slot = slot;
  return object;
}

Listed* further_object() {
  const std::uint32_t slot = objects.count.load(std::memory_order_relaxed) + 1;
  Slots* place = slot_of(slot, true);
  Listed* object = place == nullptr ? nullptr : arena.make<Listed>();
  if (object == nullptr) return nullptr;
  object->slot = slot;
  place->store(object, std::memory_order_relaxed);
  objects.count.store(slot, std::memory_order_release);
  return object;
}

void join_stack(Listed& object, ThreadState& owner) {
  object.next_on_stack = owner.stack_objects;
  object.stack_link = &owner.stack_objects;
  if (object.next_on_stack != nullptr) {
    static_cast<Listed*>(object.next_on_stack)->stack_link = &object.next_on_stack;
  }
  owner.stack_objects = &object;
}

void leave_stack(Listed& object) {
  if (object.stack_link == nullptr) return;
  *object.stack_link = object.next_on_stack;
  if (object.next_on_stack != nullptr) {
    static_cast<Listed*>(object.next_on_stack)->stack_link = object.stack_link;
  }
  object.stack_link = nullptr;
}

Listed* begin_object(std::uintptr_t address, lw_kind kind, int flags, InternedStack* first) {
  Listed* object = spare_object();
  if (object == nullptr) object = further_object();
  if (object == nullptr) {
    count_lost(Loss::objects);
    return nullptr;
  }
  object->id = objects.newest.load(std::memory_order_relaxed) + 1;
  objects.newest.store(object->id, std::memory_order_relaxed);
  object->kind = kind;
  object->process_shared = (flags & LW_PROCESS_SHARED) != 0;
  object->first = first;
  object->ordinal = next_ordinal(first);
  object->generation = object->id;
  if (ThreadState* owner = thread_by_stack(address)) {
    object->stack_thread = owner->id;
    join_stack(*object, *owner);
    if (address < owner->lowest_stack_object.load(std::memory_order_relaxed)) {
      owner->lowest_stack_object.store(address, std::memory_order_relaxed);
    }
  } else if (!off_stacks.load(std::memory_order_relaxed)) {
    off_stacks.store(true, std::memory_order_relaxed);
  }
  return object;
}

void publish(Listed& object, std::uintptr_t address) {
  object.address.store(address, std::memory_order_relaxed);
  object.found = true;
  filter.add(address);
  objects.by_address.insert(hash_of(address), object);
}

std::uint64_t hash_of(const AcquisitionKey& key) {
  return mix(key.address ^ mix(reinterpret_cast<std::uintptr_t>(key.outer) ^ key.site ^
                               (std::uint64_t{key.flags} << 48)));
}

Acquisition* find_node(std::uint64_t hash, const AcquisitionKey& key) {
  return acquisitions.by_key.find(hash, [&key](const Acquisition& node) {
    return node.address.load(std::memory_order_acquire) == key.address && node.outer == key.outer &&
           node.site == key.site && node.flags == key.flags;
  });
}

}  // namespace

Object* find_object(std::uintptr_t address) { return find_live(address); }

Object* object_at(std::uintptr_t address, lw_kind kind, int flags, const void* pc) {
  if (Object* found = find_object(address)) return found;
  InternedStack* first = intern_here(pc);
  RawGuard guard(objects.lock);
  if (Object* found = find_live(address)) return found;
  Listed* object = begin_object(address, kind, flags, first);
  if (object != nullptr) publish(*object, address);
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

// The table's lock is held. It may have ended meanwhile.
void end_locked(Object& ended) {
  auto& object = static_cast<Listed&>(ended);
  const std::uintptr_t address = object.address.load(std::memory_order_relaxed);
  if (address == 0) return;
  leave_stack(object);
  if (object.found) {
    objects.by_address.remove(hash_of(address), object);
    filter.remove(address);
    object.found = false;
  }
  object.address.store(0, std::memory_order_release);
  for (Acquisition* node = object.acquisitions; node != nullptr; node = node->next_of_object) {
    node->address.store(0, std::memory_order_release);
  }
  object.next = objects.fresh;
  objects.fresh = &object;
  ++objects.fresh_count;
}

// ---- used again --------------------------------------------------------------------------------
void mark_used(const Object* object) {
  if (object != nullptr) {
    static_cast<Listed*>(const_cast<Object*>(object))->used = objects.sweep;
  }
}

// What live threads hold or wait for; and each is to forget what it knows before it locks again.
void mark_used_by_threads() {
  ++objects.sweep;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    const std::uint32_t depth = thread->depth.load(std::memory_order_acquire);
    const Held* held = thread->held.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < depth; ++i) {
      if (held[i].node != nullptr) mark_used(held[i].node->object);
    }
    mark_used(thread->wait.object);
    mark_used(thread->wait.with);
    thread->lowest_stack_object.store(kForgetKnown, std::memory_order_relaxed);
  }
}

// The record, lock order, a detector or what was taken of it still refers to it. Of what a parent process
// had, its child does not know.
bool is_referred_to(const Listed& object) {
  if (object.id <= objects.inherited || object.pinned.load(std::memory_order_relaxed) ||
      object.written.is_set() || object.clocks.load(std::memory_order_relaxed) != nullptr ||
      object.permits_account.load(std::memory_order_relaxed) != nullptr) {
    return true;
  }
  for (const Acquisition* at = object.acquisitions; at != nullptr; at = at->next_of_object) {
    const auto& node = static_cast<const Node&>(*at);
    if (node.outer != nullptr || node.written.is_set() ||
        node.inner.load(std::memory_order_relaxed) > 0) {
      return true;
    }
  }
  return false;
}

bool is_in_use(const Listed& object) {
  return object.used == objects.sweep ||
         object.waiters_and_wakes.load(std::memory_order_relaxed) != 0;
}

// The table's lock is held. Returns those that have settled.
Listed* sort_ended() {
  mark_used_by_threads();
  Listed* settled = objects.settling;
  Listed* at = objects.fresh;
  objects.settling = objects.fresh = nullptr;
  objects.fresh_count = 0;
  while (at != nullptr) {
    Listed* next = at->next;
    if (is_in_use(*at)) {
      at->next = objects.fresh;
      objects.fresh = at;
    } else if (!is_referred_to(*at)) {
      at->next = objects.settling;
      objects.settling = at;
    }
    at = next;
  }
  return settled;
}

void take_back(Listed& object) {
  Node* spare = nullptr;
  Node* last = nullptr;
  for (Acquisition* at = object.acquisitions; at != nullptr; at = at->next_of_object) {
    auto* node = static_cast<Node*>(at);
    {
      RawGuard stripe(acquisitions.stripes[node->hash % kStripes]);
      acquisitions.by_key.remove(node->hash, *node);
    }
    node->next_spare = spare;
    spare = node;
    if (last == nullptr) last = node;
  }
  RawGuard guard(objects.lock);
  if (last != nullptr) {
    last->next_spare = objects.spare_nodes;
    objects.spare_nodes = spare;
  }
  object.acquisitions = nullptr;
  object.next = objects.spare;
  objects.spare = &object;
}

// No lock of the tables is held. One thread at a time; another one has no need to wait for it.
void sweep_now_and_then() {
  if (keep_ended.load(std::memory_order_relaxed)) return;
  if (objects.sweeps.exchange(true, std::memory_order_acquire)) return;
  Listed* settled = nullptr;
  {
    RawGuard guard(objects.lock);
    if (objects.fresh_count >= kSweepAfter) settled = sort_ended();
  }
  while (settled != nullptr) {
    Listed* next = settled->next;
    take_back(*settled);
    settled = next;
  }
  objects.sweeps.store(false, std::memory_order_release);
}

}  // namespace

void end_object(Object& object) {
  bool many;
  {
    RawGuard guard(objects.lock);
    end_locked(object);
    many = objects.fresh_count >= kSweepAfter;
  }
  if (many) sweep_now_and_then();
}

void end_stack_objects(ThreadState& thread, std::uintptr_t frame) {
  bool many;
  {
    RawGuard guard(objects.lock);
    if (thread.lowest_stack_object.load(std::memory_order_relaxed) == kForgetKnown) {
      forget_known_acquisitions(thread);
    }
    std::uintptr_t lowest = UINTPTR_MAX;
    for (Object* object = thread.stack_objects; object != nullptr;) {
      Object* next = object->next_on_stack;
      const std::uintptr_t address = object->address.load(std::memory_order_relaxed);
      if (address < frame) {
        end_locked(*object);
      } else if (address < lowest) {
        lowest = address;
      }
      object = next;
    }
    thread.lowest_stack_object.store(lowest, std::memory_order_relaxed);
    many = objects.fresh_count >= kSweepAfter;
  }
  if (many) sweep_now_and_then();
}

bool objects_off_stacks() { return off_stacks.load(std::memory_order_relaxed); }

Id newest_object() {
  RawGuard guard(objects.lock);
  return objects.newest.load(std::memory_order_relaxed);
}

bool may_hold_objects(std::uintptr_t begin, std::size_t size) {
  return filter.may_hold_any(begin, size);
}

namespace {

constexpr std::uintptr_t kLine = MemoryFilter::kLine;

// Calls `finish` for each live object in one line of a page, if the filter knows of any.
template <class Finish>
void visit_line(std::uintptr_t line, std::uintptr_t begin, std::uintptr_t end, Finish finish) {
  if (!filter.may_hold(line)) return;
  const std::uintptr_t first = line < begin ? (begin + 3) & ~std::uintptr_t{3} : line;
  for (std::uintptr_t at = first; at < end && at < line + kLine; at += 4) {
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
  if (size / kLine <= 64 + objects.count.load(std::memory_order_relaxed)) {
    for (std::uintptr_t line = begin & ~(kLine - 1); line < end; line += kLine) {
      visit_line(line, begin, end, finish);
    }
    return;
  }
  for_each_slot([&](Object& object) {
    const std::uintptr_t at = object.address.load(std::memory_order_acquire);
    if (at >= begin && at < end && static_cast<Listed&>(object).found) finish(&object);
  });
}

namespace {

Node* new_node() {
  {
    RawGuard guard(objects.lock);
    if (Node* spare = objects.spare_nodes) {
      objects.spare_nodes = spare->next_spare;
      return spare;
    }
  }
  auto* node = arena.make<Node>();
  if (node == nullptr) return nullptr;
  node->next_of_all = acquisitions.newest.load(std::memory_order_relaxed);
  while (!acquisitions.newest.compare_exchange_weak(
      node->next_of_all, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return node;
}

// False: the object has ended meanwhile, and may be another by now.
bool add_to_object(Node& node, Object& object, std::uintptr_t address) {
  RawGuard guard(objects.lock);
  if (object.address.load(std::memory_order_relaxed) != address) {
    node.next_spare = objects.spare_nodes;
    objects.spare_nodes = &node;
    return false;
  }
  node.next_of_object = object.acquisitions;
  object.acquisitions = &node;
  node.address.store(address, std::memory_order_relaxed);
  return true;
}

// Under the key's stripe: the node if it is there by now, else a new one.
Acquisition* find_or_make(const AcquisitionKey& key, std::uint64_t hash, Object& object,
                          InternedStack* stack, bool& made) {
  RawGuard stripe(acquisitions.stripes[hash % kStripes]);
  if (Acquisition* found = find_node(hash, key)) return found;
  Node* node = new_node();
  if (node == nullptr) {
    count_lost(Loss::acquisitions);
    return nullptr;
  }
  node->object = &object;  // first: whoever still looks at a spare node finds an object
  node->outer = key.outer;
  node->site = key.site;
  node->flags = key.flags;
  node->depth = key.outer == nullptr ? 1 : key.outer->depth + 1;
  node->stack = stack;
  node->observations = nullptr;
  node->observation_count = 0;
  node->late = nullptr;
  node->taken_under.store(nullptr, std::memory_order_relaxed);
  node->written.clear();
  node->inner.store(0, std::memory_order_relaxed);
  node->hash = static_cast<std::uint32_t>(hash % kChains);
  node->id = acquisitions.count.fetch_add(1, std::memory_order_relaxed) + 1;
  // An address that is used again and again would else make its chain ever longer.
  acquisitions.by_key.remove_where(hash, [](const Acquisition& each) {
    return each.address.load(std::memory_order_relaxed) == 0;
  });
  if (!add_to_object(*node, object, key.address)) return nullptr;
  if (key.outer != nullptr) {
    static_cast<Node*>(key.outer)->inner.fetch_add(1, std::memory_order_relaxed);
  }
  acquisitions.by_key.insert(hash, *node);
  made = true;
  return node;
}

}  // namespace

Acquisition* intern_acquisition(const AcquisitionKey& key, lw_kind kind, int flags, const void* pc,
                                bool& made) {
  made = false;
  const std::uint64_t hash = hash_of(key);
  if (Acquisition* found = find_node(hash, key)) return found;
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
  if (Acquisition* found = find_node(hash, key)) return found;
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
  for_each_slot([&](Object& object) { visit(context, object); });
}

void for_each_table_lock(LockVisitor visit) {
  for (RawLock& stripe : acquisitions.stripes) visit(stripe);
  visit(objects.lock);
}

void reset_tables_after_fork() {
  objects.sweeps.store(false, std::memory_order_relaxed);
  objects.inherited = objects.newest.load(std::memory_order_relaxed);
  for_each_slot([](Object& object) {
    object.permits_account.store(nullptr, std::memory_order_relaxed);  // the parent's
  });
  for_each_acquisition(
      [](void*, Acquisition& node) {
        node.observations = nullptr;  // the parent's; the child's record starts empty
        node.observation_count = 0;
        node.late = nullptr;
      },
      nullptr);
}

}  // namespace lockweave::core
