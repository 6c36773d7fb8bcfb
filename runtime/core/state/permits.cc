// runtime/core/state/permits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/permits.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/code/site_key.h"
#include "runtime/core/state/held.h"

namespace lockweave::core {

// In the order in which they were first needed, newest first; used again, never freed.
struct TakenPermits {
  TakenPermits* next = nullptr;  // constant
  std::uint64_t site = 0;        // the thread's own
  std::atomic<Object*> object{nullptr};
  std::atomic<InternedStack*> stack{nullptr};
  std::atomic<std::uint32_t> count{0};
};

namespace {

constexpr std::uint32_t kIdleMax = 16;
constexpr std::uint32_t kNamedMax = 16;

template <class Visit>
void for_each_own(const ThreadState& thread, Visit visit) {
  for (TakenPermits* at = thread.taken_permits.load(std::memory_order_acquire); at != nullptr;
       at = at->next) {
    visit(*at);
  }
}

bool is_idle(const TakenPermits& taking) {
  return taking.count.load(std::memory_order_relaxed) == 0;
}

struct Place {
  TakenPermits* known = nullptr;
  TakenPermits* oldest_idle = nullptr;
  std::uint32_t idle = 0;
};

Place look_up(const ThreadState& thread, const Object& object, std::uint64_t site) {
  Place place;
  for_each_own(thread, [&](TakenPermits& at) {
    if (at.object.load(std::memory_order_relaxed) == &object && at.site == site) place.known = &at;
    if (!is_idle(at)) return;
    ++place.idle;
    place.oldest_idle = &at;
  });
  return place;
}

TakenPermits* place_for(ThreadState& thread, Object& object, std::uint64_t site, const void* pc) {
  const Place place = look_up(thread, object, site);
  if (place.known != nullptr) return place.known;
  TakenPermits* taking = place.idle > kIdleMax ? place.oldest_idle : nullptr;
  const bool is_new = taking == nullptr;
  if (is_new)
    taking = arena.make<TakenPermits>(thread.taken_permits.load(std::memory_order_relaxed));
  if (taking == nullptr) return nullptr;
  taking->site = site;
  taking->stack.store(intern_here(pc), std::memory_order_relaxed);
  taking->object.store(&object, std::memory_order_release);
  if (is_new) thread.taken_permits.store(taking, std::memory_order_release);
  return taking;
}

// The entry that stands for all further threads that leave something behind at this place.
LeftPermits* entry_of_many(LeftPermits* first, const InternedStack* stack) {
  std::uint32_t entries = 0;
  for (LeftPermits* at = first; at != nullptr; at = at->next) {
    if (at->stack == stack && ++entries == kNamedMax) return at;
  }
  return nullptr;
}

void leave(Object& object, ThreadState& thread, InternedStack* stack, std::uint32_t count) {
  if (!has_open_permit_account(object)) return;
  PermitAccount& permits_account = *permit_account_of(object);
  LeftPermits* first = permits_account.left.load(std::memory_order_acquire);
  if (LeftPermits* many = entry_of_many(first, stack)) {
    many->count.fetch_add(count, std::memory_order_relaxed);
    return;
  }
  auto* entry = arena.make<LeftPermits>(first, &thread, stack, count);
  if (entry == nullptr) return count_lost(Loss::permits, count);
  pin_thread(thread);
  while (
      !permits_account.left.compare_exchange_weak(entry->next, entry, std::memory_order_release)) {
  }
}

}  // namespace

bool has_open_permit_account(const Object& object) {
  const PermitAccount* permits_account = permit_account_of(object);
  return permits_account != nullptr && !permits_account->closed.load(std::memory_order_relaxed);
}

void open_permit_account(Object& object) {
  if (permit_account_of(object) != nullptr || object.process_shared) return;
  auto* account = arena.make<PermitAccount>();
  if (account == nullptr) return count_lost(Loss::permits);
  object.permits_account.store(account, std::memory_order_release);
}

void note_taken(ThreadState& thread, Object& object, const void* pc) {
  if (!has_open_permit_account(object)) return;
  TakenPermits* taking = place_for(thread, object, site_key(pc), pc);
  if (taking == nullptr) return count_lost(Loss::permits);
  taking->count.fetch_add(1, std::memory_order_relaxed);
}

void note_given_back(ThreadState& thread, Object& object) {
  if (!has_open_permit_account(object)) return;
  TakenPermits* taken = nullptr;
  for_each_own(thread, [&](TakenPermits& at) {
    if (at.object.load(std::memory_order_relaxed) == &object && !is_idle(at)) taken = &at;
  });
  if (taken != nullptr) taken->count.fetch_sub(1, std::memory_order_relaxed);
  note_giving(object, taken != nullptr);
}

void note_giving(Object& object, bool by_taker) {
  PermitAccount* permits_account = permit_account_of(object);
  if (permits_account == nullptr) return;
  std::atomic<bool>& mark = by_taker ? permits_account->given_back : permits_account->closed;
  if (!mark.load(std::memory_order_relaxed)) mark.store(true, std::memory_order_relaxed);
}

void note_work(Object& queue, std::uint64_t unfinished) {
  PermitAccount* permits_account = permit_account_of(queue);
  if (permits_account == nullptr) return;
  permits_account->unfinished.store(unfinished, std::memory_order_relaxed);
  permits_account->work_counted.store(true, std::memory_order_relaxed);
}

void leave_permits(ThreadState& thread) {
  for_each_held(thread, [&thread](const Held& held) {
    const Acquisition& node = *held.node;
    if (node.object->kind == LW_SEMAPHORE) leave(*node.object, thread, node.stack, 1);
  });
  for_each_own(thread, [&](TakenPermits& at) {
    const std::uint32_t count = at.count.exchange(0, std::memory_order_relaxed);
    if (count == 0) return;
    leave(*at.object.load(std::memory_order_relaxed), thread, at.stack.load(), count);
  });
}

void forget_permits(ThreadState& thread) {
  for_each_own(thread, [](TakenPermits& at) {
    at.count.store(0, std::memory_order_relaxed);
    at.object.store(nullptr, std::memory_order_relaxed);
  });
}

void for_each_taken(const Object& object, OutstandingVisitor visit, void* context) {
  if (!has_open_permit_account(object)) return;
  for (ThreadState* thread = newest_live_thread(); thread != nullptr;
       thread = live_after(*thread)) {
    if (thread->finished.load(std::memory_order_acquire)) continue;
    for_each_own(*thread, [&](TakenPermits& at) {
      if (at.object.load(std::memory_order_acquire) != &object || is_idle(at)) return;
      visit(context, {thread, at.stack.load(std::memory_order_relaxed), at.count.load(), false});
    });
  }
  for (LeftPermits* at = permit_account_of(object)->left.load(std::memory_order_acquire);
       at != nullptr; at = at->next) {
    visit(context, {at->thread, at->stack, at->count.load(std::memory_order_relaxed), true});
  }
}

bool work_is_counted(const Object& queue) {
  const PermitAccount* permits_account = permit_account_of(queue);
  return permits_account != nullptr &&
         permits_account->work_counted.load(std::memory_order_relaxed);
}

std::uint64_t unfinished_work(const Object& queue) {
  return work_is_counted(queue)
             ? permit_account_of(queue)->unfinished.load(std::memory_order_relaxed)
             : 0;
}

bool has_taken(const ThreadState& thread, const Object& object) {
  bool found = false;
  for_each_own(thread, [&](const TakenPermits& at) {
    found |= at.object.load(std::memory_order_acquire) == &object;
  });
  return found;
}

bool takers_give_back(const Object& object) {
  const PermitAccount* permits_account = permit_account_of(object);
  return permits_account != nullptr && permits_account->given_back.load(std::memory_order_relaxed);
}

void mark_outstanding_reported(const Object& object) {
  if (PermitAccount* permits_account = permit_account_of(object))
    permits_account->told.store(true, std::memory_order_relaxed);
}

bool outstanding_reported(const Object& object) {
  const PermitAccount* permits_account = permit_account_of(object);
  return permits_account != nullptr && permits_account->told.load(std::memory_order_relaxed);
}

}  // namespace lockweave::core
