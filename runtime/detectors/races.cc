// runtime/detectors/races.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/races.h"

#include "runtime/core/base/arena.h"
#include "runtime/core/events/detector.h"
#include "runtime/detectors/ended_clocks.h"
#include "runtime/detectors/race_engine.h"
#include "runtime/detectors/variables.h"

namespace lockweave::detectors {
namespace {

using core::Acquisition;
using core::EventKind;
using core::Object;
using core::Report;
using core::ReportStep;
using core::ThreadState;

OrderObject* order_of(Object& object) {
  void* known = object.clocks.load(std::memory_order_acquire);
  if (known != nullptr) return static_cast<OrderObject*>(known);
  auto* made = core::arena.make<OrderObject>();
  if (made == nullptr) return nullptr;
  if (object.clocks.compare_exchange_strong(known, made, std::memory_order_acq_rel)) return made;
  core::arena.deallocate(made, sizeof *made);
  return static_cast<OrderObject*>(known);
}

const Acquisition* chain(const void* held) { return static_cast<const Acquisition*>(held); }

const Acquisition* find_in(const void* held, const Object& object) {
  const Acquisition* node = chain(held);
  while (node != nullptr && node->object != &object) node = node->outer;
  return node;
}

// The two enumerations say the same, in the same order.
AccessKind kind_of(lw_access_kind kind) {
  static_assert(static_cast<int>(AccessKind::end) == LW_END);
  return static_cast<AccessKind>(kind);
}

bool is_shared(const Acquisition& node) { return (node.flags & LW_SHARED) != 0; }

// A lockset is the innermost node of what was held.
class HeldChains final : public Locksets {
 public:
  constexpr HeldChains() = default;
  void for_each_common(const void* a, const void* b, Visitor visit, void* context) override {
    for (const Acquisition* node = chain(a); node != nullptr; node = node->outer) {
      const Acquisition* same = find_in(b, *node->object);
      OrderObject* lock = same == nullptr ? nullptr : order_of(*node->object);
      if (lock != nullptr) visit(context, *lock, is_shared(*node), is_shared(*same));
    }
  }
};

// Once-initialisation and static guards look like locks, but who finds them done was meant to.
bool hands_over(const Object& object) {
  return object.kind == LW_ONCE || object.kind == LW_STATIC_GUARD;
}

const char* rule_of(RaceKind kind) {
  switch (kind) {
    case RaceKind::data_race: return "data-race";
    case RaceKind::write_under_shared_lock: return "write-under-shared-lock";
    default: return "inconsistent-locking";
  }
}

class Races final : public core::Detector {
 public:
  constexpr Races() = default;

  core::EventMask wants() const override {
    return core::mask_of(EventKind::variable_begin, EventKind::variable_end, EventKind::watch_begin,
                         EventKind::access, EventKind::acquired, EventKind::release,
                         EventKind::order_release, EventKind::order_acquire,
                         EventKind::thread_create, EventKind::thread_end, EventKind::join,
                         EventKind::fork_in_child);
  }
  void for_each_lock(core::LockVisitor visit) override {
    variables_.for_each_lock(visit);
    ended_.for_each_lock(visit);
    engine_.for_each_lock(visit);
  }
  void on_event(const core::Event& event) override {
    switch (event.kind) {
      case EventKind::variable_begin:
        variables_.begin(event.address, event.size, event.name, core::intern_here(event.pc));
        break;
      case EventKind::variable_end: variables_.end(event.address); break;
      case EventKind::watch_begin: engine_.take_locksets_literally(event.literal_locksets); break;
      case EventKind::access: return on_access(event);
      case EventKind::acquired: return on_acquired(*event.thread, *event.object, event.shared);
      case EventKind::release: return on_release(*event.thread, *event.object, event.shared);
      case EventKind::order_release: return on_order_release(*event.thread, *event.object);
      case EventKind::order_acquire: return on_order_acquire(*event.thread, *event.object);
      case EventKind::thread_create: return on_create(*event.thread, *event.other);
      case EventKind::thread_end: return on_thread_end(*event.thread);
      case EventKind::join: return on_joined(*event.thread, *event.other);
      case EventKind::fork_in_child: return on_fork_in_child(*event.thread);
      default: break;
    }
  }
  bool knows(ThreadState& thread, std::uintptr_t address, AccessKind kind) const {
    ThreadClock* clock = EndedClocks::clock_at(thread.clocks);
    const WatchedVariable* variable = clock == nullptr ? nullptr : variables_.find(address);
    return variable != nullptr &&
           RaceEngine::is_repeated(*clock, variable->accesses, kind, thread.top);
  }

 private:
  void on_acquired(ThreadState& thread, Object& lock, bool shared) {
    if (hands_over(lock)) return on_order_acquire(thread, lock);
    with(thread, lock,
         [&](ThreadClock& clock, OrderObject& order) { engine_.acquired(clock, order, shared); });
  }
  void on_release(ThreadState& thread, Object& lock, bool shared) {
    if (hands_over(lock)) return on_order_release(thread, lock);
    with(thread, lock,
         [&](ThreadClock& clock, OrderObject& order) { engine_.release(clock, order, shared); });
  }
  void on_order_release(ThreadState& thread, Object& object) {
    with(thread, object,
         [&](ThreadClock& clock, OrderObject& order) { engine_.order_release(clock, order); });
  }
  void on_order_acquire(ThreadState& thread, Object& object) {
    with(thread, object,
         [&](ThreadClock& clock, OrderObject& order) { engine_.order_acquire(clock, order); });
  }
  void on_create(ThreadState& parent, ThreadState& child);
  void on_thread_end(ThreadState& thread) {
    ThreadClock* clock = EndedClocks::clock_at(thread.clocks);
    if (clock == nullptr) return;
    engine_.end(*clock);
    ended_.keep(thread.clocks);
  }
  void on_joined(ThreadState& thread, ThreadState& joined);
  void on_access(const core::Event& event);
  void on_fork_in_child(ThreadState& survivor);

  ThreadClock* clock_of(ThreadState& thread);
  template <class Do>
  void with(ThreadState& thread, Object& object, Do action) {
    ThreadClock* clock = clock_of(thread);
    OrderObject* order = order_of(object);
    if (clock == nullptr || order == nullptr) return core::count_lost(core::Loss::clock_entries);
    action(*clock, *order);
  }
  Acquisition* lock_of_the_others(Variable& variable, const Accessed& one, const Accessed& other);
  static void report_anew_in_a_new_round(WatchedVariable& variable);
  void report(WatchedVariable& variable, const RaceFound& found, const Accessed& now);

  HeldChains locksets_;
  RaceEngine engine_{locksets_};
  EndedClocks ended_;
  Variables variables_;
};

constinit Races detector;

void dispose(ThreadClock* clock) {
  clock->~ThreadClock();
  core::arena.deallocate(clock, sizeof *clock);
}

ThreadClock* Races::clock_of(ThreadState& thread) {
  if (ThreadClock* known = EndedClocks::clock_at(thread.clocks)) return known;
  auto* made = core::arena.make<ThreadClock>();
  if (made == nullptr) return nullptr;
  if (!engine_.begin_thread(*made)) {
    dispose(made);
    return nullptr;
  }
  thread.clocks.store(made, std::memory_order_relaxed);
  return made;
}

void Races::on_create(ThreadState& parent, ThreadState& child) {
  ThreadClock* clock = clock_of(parent);
  auto* made = clock == nullptr ? nullptr : core::arena.make<ThreadClock>();
  const bool created = made != nullptr && engine_.create(*clock, *made);
  if (!created) core::count_lost(core::Loss::clock_entries);
  if (!created && made != nullptr) dispose(made);
  if (!created) return;
  child.clocks.store(made, std::memory_order_relaxed);
}

void Races::on_joined(ThreadState& thread, ThreadState& joined) {
  if (joined.clocks.load(std::memory_order_relaxed) == nullptr) return;
  ThreadClock* clock = clock_of(thread);
  if (clock == nullptr) return core::count_lost(core::Loss::clock_entries);
  ended_.join(engine_, *clock, joined.clocks);
}

void Races::on_access(const core::Event& access) {
  ThreadState& thread = *access.thread;
  ThreadClock* clock = clock_of(thread);
  WatchedVariable* variable = variables_.find(access.address);
  const AccessKind kind = kind_of(access.access);
  if (variable == nullptr && kind == AccessKind::end) return;
  if (clock == nullptr) return core::count_lost(core::Loss::clock_entries);
  if (variable != nullptr && engine_.is_repeated(*clock, variable->accesses, kind, thread.top)) {
    return;
  }
  core::InternedStack* stack = core::intern_here(access.pc);
  if (variable == nullptr) {
    variable = variables_.find_or_begin(access.address, access.size, stack);
    if (variable == nullptr) return core::count_lost(core::Loss::accesses);
  }
  report_anew_in_a_new_round(*variable);
  Accessed now;
  now.writes = writes(kind);
  now.ends = kind == AccessKind::end;
  now.held = thread.top;
  now.thread = &thread;
  now.place = stack;
  const RaceFound found = engine_.access(*clock, variable->accesses, kind, now);
  if (found.kind != RaceKind::none) report(*variable, found, now);
}

void Races::report_anew_in_a_new_round(WatchedVariable& variable) {
  const std::uint32_t round = core::current_round();
  if (variable.round.load(std::memory_order_relaxed) == round) return;
  if (variable.round.exchange(round, std::memory_order_relaxed) == round) return;
  core::RawGuard guard(variable.accesses.guard);
  variable.accesses.reported = RaceKind::none;
}

// The lock that most accesses of the variable hold, among those that one of the two holds; where it
// was taken. nullptr: neither holds any.
Acquisition* Races::lock_of_the_others(Variable& variable, const Accessed& one,
                                       const Accessed& other) {
  const Acquisition* best = nullptr;
  std::uint32_t most = 0;
  core::RawGuard guard(variable.guard);
  for (const Accessed* side : {&one, &other}) {
    for (const Acquisition* node = chain(side->held); node != nullptr; node = node->outer) {
      std::uint32_t holders = 0;
      for (std::uint32_t i = 0; i < variable.count; ++i) {
        holders += find_in(variable.history[i].held, *node->object) != nullptr ? 1 : 0;
      }
      if (holders > most) {
        most = holders;
        best = node;
      }
    }
  }
  return const_cast<Acquisition*>(best);
}

model::Action action_of(const Accessed& access) {
  if (access.ends) return model::Action::destroys;
  return access.writes ? model::Action::writes : model::Action::reads;
}

ReportStep step_of(const Accessed& access, Object* variable) {
  ReportStep step;
  step.thread = static_cast<ThreadState*>(access.thread);
  step.action = action_of(access);
  step.object = variable;
  step.held = const_cast<Acquisition*>(chain(access.held));
  step.stack = static_cast<core::InternedStack*>(access.place);
  return step;
}

void Races::report(WatchedVariable& variable, const RaceFound& found, const Accessed& now) {
  if (variable.object == nullptr) {
    const char* name = variable.name[0] == '\0' ? nullptr : variable.name;
    variable.object =
        core::unlisted_object(variable.address.load(), LW_VARIABLE, name, variable.first);
    if (variable.object == nullptr) return;
  }
  const Acquisition* lock = lock_of_the_others(variable.accesses, now, found.earlier);
  // Data races: the later access first. Broken patterns: the access that breaks it.
  const bool earlier_breaks = found.kind == RaceKind::inconsistent_locking && lock != nullptr &&
                              find_in(now.held, *lock->object) != nullptr;
  const Accessed& first = earlier_breaks ? found.earlier : now;
  const Accessed& second = earlier_breaks ? now : found.earlier;
  ReportStep steps[] = {step_of(first, variable.object), step_of(second, variable.object), {}};
  std::uint32_t count = 2;
  if (lock != nullptr && found.kind != RaceKind::data_race) {
    ReportStep& taken = steps[count++];
    taken.thread = steps[1].thread;
    taken.action = model::Action::acquires;
    taken.object = lock->object;
    taken.mode = is_shared(*lock) ? model::Mode::shared : model::Mode::exclusive;
    taken.held = lock->outer;
    taken.stack = lock->stack;
  }
  Report finding;
  finding.rule = rule_of(found.kind);
  finding.variant = found.earlier.writes ? "after-write" : "after-read";
  finding.object = variable.object;
  finding.steps = steps;
  finding.count = count;
  core::submit(finding);
}

// What another thread was changing is torn: it begins anew. That costs no order, since all that was done
// before the fork comes before what follows.
void Races::on_fork_in_child(ThreadState& survivor) {
  variables_.forget_torn();
  core::for_each_object(
      [](void*, Object& object) {
        const auto* order = static_cast<OrderObject*>(object.clocks.load());
        if (order != nullptr && order->guard.is_taken()) object.clocks.store(nullptr);
      },
      nullptr);
  ThreadClock* clock = core::wanted(EventKind::acquired) ? clock_of(survivor) : nullptr;
  if (clock != nullptr) engine_.forked(*clock);
}

}  // namespace

core::Detector& races() { return detector; }

bool knows_access(ThreadState& thread, std::uintptr_t address, lw_access_kind kind) {
  return detector.knows(thread, address, kind_of(kind));
}

}  // namespace lockweave::detectors
