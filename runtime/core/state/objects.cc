// runtime/core/state/objects.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/memory_filter.h"
#include "runtime/core/state/names.h"
#include "runtime/core/state/table_parts.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {

constinit tables::ObjectTable tables::objects;

namespace {

using namespace tables;

constinit MemoryFilter filter;
constinit std::atomic<bool> off_stacks{false};
constexpr std::uintptr_t kLine = MemoryFilter::kLine;

// What lies in one line is in one chain: freed memory is searched line by line.
std::size_t hash_of(std::uintptr_t address) { return mix(address / kLine); }

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

// Objects that began at the same stack are told apart by their rank among them, those without a stack by
// their rank among all such. What begins for a report alone changes no rank of a lock.
std::uint32_t next_ordinal(InternedStack* first, bool listed) {
  static constinit StackCounts without_stack;
  StackCounts& counts = first == nullptr ? without_stack : first->objects_begun;
  return listed ? counts.listed++ : counts.unlisted++;
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

void note_place(Listed& object, std::uintptr_t address) {
  if (ThreadState* owner = thread_by_stack(address)) {
    object.stack_thread = owner->id;
    join_stack(object, *owner);
    if (address < owner->lowest_stack_object.load(std::memory_order_relaxed)) {
      owner->lowest_stack_object.store(address, std::memory_order_relaxed);
    }
  } else if (!off_stacks.load(std::memory_order_relaxed)) {
    off_stacks.store(true, std::memory_order_relaxed);
  }
}

Listed* begin_object(lw_kind kind, int flags, InternedStack* first) {
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
  object->generation = object->id;
  return object;
}

void publish(Listed& object, std::uintptr_t address) {
  note_place(object, address);
  object.ordinal = next_ordinal(object.first, true);
  object.address.store(address, std::memory_order_relaxed);
  object.found = true;
  filter.add(address);
  objects.by_address.insert(hash_of(address), object);
}

}  // namespace

Object* find_object(std::uintptr_t address) { return find_live(address); }

Object* object_at(std::uintptr_t address, lw_kind kind, int flags, const void* pc) {
  if (Object* found = find_object(address)) return found;
  InternedStack* first = intern_here(pc);
  RawGuard guard(objects.lock);
  return find_or_begin(address, kind, flags, first);
}

Object* tables::find_or_begin(std::uintptr_t address, lw_kind kind, int flags,
                              InternedStack* first) {
  if (Object* found = find_live(address)) return found;
  Listed* object = begin_object(kind, flags, first);
  if (object != nullptr) publish(*object, address);
  return object;
}

Object* unlisted_object(std::uintptr_t address, lw_kind kind, const char* name,
                        InternedStack* first) {
  const char* kept = name == nullptr ? nullptr : keep_name(name);
  RawGuard guard(objects.lock);
  Object* object = begin_object(kind, 0, first);
  if (object == nullptr) return nullptr;
  if (const ThreadState* owner = thread_by_stack(address)) object->stack_thread = owner->id;
  object->ordinal = next_ordinal(first, false);
  object->address.store(address, std::memory_order_relaxed);
  object->name = kept;
  return object;
}

namespace {

// The table's lock is held. It may have ended meanwhile, and be another one by now.
void end_locked(Object& ended, std::uintptr_t address) {
  auto& object = static_cast<Listed&>(ended);
  if (address == 0 || object.address.load(std::memory_order_relaxed) != address) return;
  leave_stack(object);
  if (object.found) {
    objects.by_address.remove(hash_of(address), object);
    filter.remove(address);
    object.found = false;
  }
  object.ended_at.store(address, std::memory_order_relaxed);
  object.address.store(0, std::memory_order_release);
  for (Acquisition* node = object.acquisitions; node != nullptr; node = node->next_of_object) {
    node->address.store(0, std::memory_order_release);
  }
  object.next = objects.fresh;
  objects.fresh = &object;
  ++objects.fresh_count;
}

}  // namespace

namespace {

void end_object_at(Object& object, std::uintptr_t address) {
  bool many;
  {
    RawGuard guard(objects.lock);
    end_locked(object, address);
    many = objects.fresh_count >= kSweepAfter;
  }
  if (many) sweep_now_and_then();
}

}  // namespace

void end_object(Object& object) {
  end_object_at(object, object.address.load(std::memory_order_relaxed));
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
        end_locked(*object, address);
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

std::uint32_t copy_stack_objects(const ThreadState& thread, std::uint32_t skip, Object** copied,
                                 std::uint32_t most) {
  RawGuard guard(objects.lock);
  std::uint32_t count = 0;
  for (Object* object = thread.stack_objects; object != nullptr && count < most;
       object = object->next_on_stack) {
    if (skip > 0) {
      --skip;
    } else {
      copied[count++] = object;
    }
  }
  return count;
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

// The live object in [begin, end), all of one line, that has the lowest address.
Object* lowest_in_line(std::uintptr_t begin, std::uintptr_t end, std::uintptr_t& address) {
  Object* lowest = nullptr;
  objects.by_address.find(hash_of(begin), [&](Object& object) {
    const std::uintptr_t at = object.address.load(std::memory_order_acquire);
    if (at >= begin && at < end && (lowest == nullptr || at < address)) {
      lowest = &object;
      address = at;
    }
    return false;
  });
  return lowest;
}

// Calls `finish` for each live object in one line of a page, if the filter knows of any.
template <class Finish>
void visit_line(std::uintptr_t line, std::uintptr_t begin, std::uintptr_t end, Finish finish) {
  if (!filter.may_hold(line)) return;
  const std::uintptr_t line_end = end < line + kLine ? end : line + kLine;
  std::uintptr_t from = line < begin ? begin : line;
  std::uintptr_t at = 0;
  while (Object* object = from < line_end ? lowest_in_line(from, line_end, at) : nullptr) {
    finish(object, at);
    from = at + 1;
  }
}

}  // namespace

void end_objects_within(std::uintptr_t begin, std::size_t size, ObjectVisitor visit, void* context,
                        Id newest) {
  const std::uintptr_t end = begin + size;
  const auto finish = [&](Object* object, std::uintptr_t address) {
    if (object->id > newest) return;
    if (visit != nullptr) visit(context, *object);
    end_object_at(*object, address);
  };
  if (size / kLine <= 64 + objects.count.load(std::memory_order_relaxed)) {
    for (std::uintptr_t line = begin & ~(kLine - 1); line < end; line += kLine) {
      visit_line(line, begin, end, finish);
    }
    return;
  }
  for_each_slot([&](Object& object) {
    const std::uintptr_t at = object.address.load(std::memory_order_acquire);
    if (at >= begin && at < end && static_cast<Listed&>(object).found) finish(&object, at);
  });
}

void for_each_object(ObjectVisitor visit, void* context) {
  for_each_slot([&](Object& object) { visit(context, object); });
}

void for_each_table_lock(LockVisitor visit) {
  for (RawLock& stripe : acquisitions.stripes) visit(stripe);
  visit(objects.lock);
  for_each_name_lock(visit);
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
