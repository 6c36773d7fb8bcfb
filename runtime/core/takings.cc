// runtime/core/takings.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/takings.h"

#include "runtime/core/arena.h"
#include "runtime/core/detector.h"
#include "runtime/core/site_key.h"

namespace lockweave::core {

// In the order in which they were first needed, newest first; used again, never freed.
struct Taking {
  Taking* next = nullptr;  // constant
  std::uint64_t site = 0;  // the thread's own
  std::atomic<Object*> object{nullptr};
  std::atomic<InternedStack*> stack{nullptr};
  std::atomic<std::uint32_t> count{0};
};

namespace {

constexpr std::uint32_t kIdleMax = 16;
constexpr std::uint32_t kNamedMax = 16;

template <class Visit>
void for_each_own(const ThreadState& thread, Visit visit) {
  for (Taking* at = thread.takings.load(std::memory_order_acquire); at != nullptr; at = at->next) {
    visit(*at);
  }
}

bool is_idle(const Taking& taking) { return taking.count.load(std::memory_order_relaxed) == 0; }

struct Place {
  Taking* known = nullptr;
  Taking* oldest_idle = nullptr;
  std::uint32_t idle = 0;
};

Place look_up(const ThreadState& thread, const Object& object, std::uint64_t site) {
  Place place;
  for_each_own(thread, [&](Taking& at) {
    if (at.object.load(std::memory_order_relaxed) == &object && at.site == site) place.known = &at;
    if (!is_idle(at)) return;
    ++place.idle;
    place.oldest_idle = &at;
  });
  return place;
}

Taking* place_for(ThreadState& thread, Object& object, std::uint64_t site, const void* pc) {
  const Place place = look_up(thread, object, site);
  if (place.known != nullptr) return place.known;
  Taking* taking = place.idle > kIdleMax ? place.oldest_idle : nullptr;
  const bool is_new = taking == nullptr;
  if (is_new) taking = arena.make<Taking>(thread.takings.load(std::memory_order_relaxed));
  if (taking == nullptr) return nullptr;
  taking->site = site;
  taking->stack.store(intern_here(pc), std::memory_order_relaxed);
  taking->object.store(&object, std::memory_order_release);
  if (is_new) thread.takings.store(taking, std::memory_order_release);
  return taking;
}

bool is_open(const Object& object) {
  const Ledger* ledger = ledger_of(object);
  return ledger != nullptr && !ledger->closed.load(std::memory_order_relaxed);
}

// The entry that stands for all further threads that leave something behind at this place.
LeftTaking* entry_of_many(LeftTaking* first, const InternedStack* stack) {
  std::uint32_t entries = 0;
  for (LeftTaking* at = first; at != nullptr; at = at->next) {
    if (at->stack == stack && ++entries == kNamedMax) return at;
  }
  return nullptr;
}

void leave(Object& object, ThreadState& thread, InternedStack* stack, std::uint32_t count) {
  if (!is_open(object)) return;
  Ledger& ledger = *ledger_of(object);
  LeftTaking* first = ledger.left.load(std::memory_order_acquire);
  if (LeftTaking* many = entry_of_many(first, stack)) {
    many->count.fetch_add(count, std::memory_order_relaxed);
    return;
  }
  auto* entry = arena.make<LeftTaking>(first, &thread, stack, count);
  if (entry == nullptr) return;
  while (!ledger.left.compare_exchange_weak(entry->next, entry, std::memory_order_release)) {
  }
}

}  // namespace

void open_ledger(Object& object) {
  if (ledger_of(object) != nullptr || object.process_shared) return;
  object.ledger.store(arena.make<Ledger>(), std::memory_order_release);
}

void note_taken(ThreadState& thread, Object& object, const void* pc) {
  if (!is_open(object)) return;
  Taking* taking = place_for(thread, object, site_key(pc, thread.stack_high), pc);
  if (taking != nullptr) taking->count.fetch_add(1, std::memory_order_relaxed);
}

void note_given_back(ThreadState& thread, Object& object) {
  if (!is_open(object)) return;
  Taking* taken = nullptr;
  for_each_own(thread, [&](Taking& at) {
    if (at.object.load(std::memory_order_relaxed) == &object && !is_idle(at)) taken = &at;
  });
  if (taken != nullptr) taken->count.fetch_sub(1, std::memory_order_relaxed);
  note_giving(object, taken != nullptr);
}

void note_giving(Object& object, bool by_taker) {
  Ledger* ledger = ledger_of(object);
  if (ledger == nullptr) return;
  std::atomic<bool>& mark = by_taker ? ledger->given_back : ledger->closed;
  if (!mark.load(std::memory_order_relaxed)) mark.store(true, std::memory_order_relaxed);
}

void note_work(Object& queue, std::uint64_t unfinished) {
  Ledger* ledger = ledger_of(queue);
  if (ledger == nullptr) return;
  ledger->unfinished.store(unfinished, std::memory_order_relaxed);
  ledger->work_counted.store(true, std::memory_order_relaxed);
}

void leave_takings(ThreadState& thread) {
  for (Acquisition* node = thread.top; node != nullptr; node = node->outer) {
    if (node->object->kind == LW_SEMAPHORE) leave(*node->object, thread, node->stack, 1);
  }
  for_each_own(thread, [&](Taking& at) {
    const std::uint32_t count = at.count.exchange(0, std::memory_order_relaxed);
    if (count == 0) return;
    leave(*at.object.load(std::memory_order_relaxed), thread, at.stack.load(), count);
  });
}

void forget_takings_after_fork(ThreadState& self) {
  for_each_own(self, [](Taking& at) { at.count.store(0, std::memory_order_relaxed); });
}

namespace {

void visit_permits_held_as_locks(const Object& object, TakingVisitor visit, void* context) {
  struct Context {
    TakingVisitor visit;
    void* context;
  } at{visit, context};
  for_each_holder(
      object,
      [](void* argument, ThreadState& holder, Acquisition& node) {
        const auto& to = *static_cast<Context*>(argument);
        to.visit(to.context, {&holder, node.stack, 1, false});
      },
      &at);
}

}  // namespace

void for_each_taking(const Object& object, TakingVisitor visit, void* context) {
  if (!is_open(object)) return;
  if (object.kind == LW_SEMAPHORE) visit_permits_held_as_locks(object, visit, context);
  for (ThreadState* thread = newest_thread(); thread != nullptr; thread = thread->next) {
    if (thread->finished.load(std::memory_order_acquire)) continue;
    for_each_own(*thread, [&](Taking& at) {
      if (at.object.load(std::memory_order_acquire) != &object || is_idle(at)) return;
      visit(context, {thread, at.stack.load(std::memory_order_relaxed), at.count.load(), false});
    });
  }
  for (LeftTaking* at = ledger_of(object)->left.load(std::memory_order_acquire); at != nullptr;
       at = at->next) {
    visit(context, {at->thread, at->stack, at->count.load(std::memory_order_relaxed), true});
  }
}

ReportStep step_of_taking(const TakingView& taking, Object& object) {
  ReportStep step;
  step.thread = taking.thread;
  step.action = model::Action::acquires;
  step.object = &object;
  step.stack = taking.stack;
  step.count = taking.count;
  return step;
}

ReportStep step_of_end(ThreadState& thread, Object& object) {
  ReportStep step;
  step.thread = &thread;
  step.action = model::Action::ends;
  step.object = &object;
  return step;
}

namespace {

void add_takings_of(Object& object, StepList& steps) {
  struct Context {
    Object& object;
    StepList& steps;
  } context{object, steps};
  for_each_taking(
      object,
      [](void* argument, const TakingView& taking) {
        auto& to = *static_cast<Context*>(argument);
        to.steps.add(step_of_taking(taking, to.object));
        if (taking.left) to.steps.add(step_of_end(*taking.thread, to.object));
      },
      &context);
  mark_takings_told(object);
}

}  // namespace

void add_takings(StepList& steps) {
  const std::uint32_t waits = steps.count();
  for (std::uint32_t i = 0; i < waits; ++i) {
    Object* object = steps.begin()[i].object;
    bool first = object != nullptr;
    for (std::uint32_t j = 0; j < i; ++j) first &= steps.begin()[j].object != object;
    const bool expected_back = first && (object->kind != LW_QUEUE || work_is_counted(*object));
    if (expected_back) add_takings_of(*object, steps);
  }
}

bool work_is_counted(const Object& queue) {
  const Ledger* ledger = ledger_of(queue);
  return ledger != nullptr && ledger->work_counted.load(std::memory_order_relaxed);
}

std::uint64_t unfinished_work(const Object& queue) {
  return work_is_counted(queue) ? ledger_of(queue)->unfinished.load(std::memory_order_relaxed) : 0;
}

bool has_taken(const ThreadState& thread, const Object& object) {
  bool found = false;
  for_each_own(thread, [&](const Taking& at) {
    found |= at.object.load(std::memory_order_acquire) == &object;
  });
  return found;
}

bool takers_give_back(const Object& object) {
  const Ledger* ledger = ledger_of(object);
  return ledger != nullptr && ledger->given_back.load(std::memory_order_relaxed);
}

void mark_takings_told(const Object& object) {
  if (Ledger* ledger = ledger_of(object)) ledger->told.store(true, std::memory_order_relaxed);
}

bool takings_told(const Object& object) {
  const Ledger* ledger = ledger_of(object);
  return ledger != nullptr && ledger->told.load(std::memory_order_relaxed);
}

}  // namespace lockweave::core
