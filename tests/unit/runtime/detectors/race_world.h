// tests/unit/runtime/detectors/race_world.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The race engine with its thread clocks, locks and variables behind plain numbers: threads that are
// none, so that one test can be all of them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>

#include "runtime/detectors/race_engine.h"
#include "tests/unit/runtime/detectors/naive_races.h"

namespace lockweave::detectors {

inline constexpr int kLocks = 3;
inline constexpr int kObjects = 2;
inline constexpr int kVariables = 3;

// The engine, its thread clocks and objects, behind plain numbers.
class World final : public Locksets {
 public:
  void for_each_common(const void* a, const void* b, Visitor visit, void* context) override {
    if (a == nullptr || b == nullptr) return;
    for (const auto& [mine, theirs] :
         common_locks(*static_cast<const Held*>(a), *static_cast<const Held*>(b))) {
      visit(context, locks_[static_cast<std::size_t>(mine.lock)], mine.shared, theirs.shared);
    }
  }

  ~World() {
    for (Variable& variable : variables_) RaceEngine::forget(variable);
  }
  void take_locksets_literally() { engine_.take_locksets_literally(true); }
  void begin(int thread) { engine_.begin_thread(clock(thread)); }
  void create(int parent, int child) { engine_.create(clock(parent), clock(child)); }
  void end(int thread) { engine_.end(clock(thread)); }
  void join(int by, int ended) { engine_.join(clock(by), clock(ended)); }
  void acquired(int thread, int lock, bool shared = false) {
    engine_.acquired(clock(thread), locks_[static_cast<std::size_t>(lock)], shared);
    held_[thread].insert({lock, shared});
  }
  void release(int thread, int lock, bool shared = false) {
    engine_.release(clock(thread), locks_[static_cast<std::size_t>(lock)], shared);
    held_[thread].erase({lock, shared});
  }
  void order_release(int thread, OrderObject& object) {
    engine_.order_release(clock(thread), object);
  }
  void order_acquire(int thread, OrderObject& object) {
    engine_.order_acquire(clock(thread), object);
  }
  void order_release(int thread, int object) {
    order_release(thread, objects_[static_cast<std::size_t>(object)]);
  }
  void order_acquire(int thread, int object) {
    order_acquire(thread, objects_[static_cast<std::size_t>(object)]);
  }
  void fork(int survivor) { engine_.forked(clock(survivor)); }
  RaceKind access(int thread, int variable, AccessKind kind) {
    Variable& accessed = variables_[static_cast<std::size_t>(variable)];
    const void* held = lockset(held_[thread]);
    if (engine_.is_repeated(clock(thread), accessed, kind, held)) return RaceKind::none;
    Accessed at;
    at.held = held;
    return engine_.access(clock(thread), accessed, kind, at).kind;
  }
  RaceKind reads(int thread, int variable = 0) {
    return access(thread, variable, AccessKind::read);
  }
  RaceKind writes(int thread, int variable = 0) {
    return access(thread, variable, AccessKind::write);
  }
  RaceKind looks(int thread, int variable = 0) {
    return access(thread, variable, AccessKind::look);
  }
  RaceKind updates(int thread, int variable = 0) {
    return access(thread, variable, AccessKind::update);
  }
  RaceKind changes(int thread, int variable = 0) {
    return access(thread, variable, AccessKind::change);
  }
  RaceKind ends(int thread, int variable = 0) { return access(thread, variable, AccessKind::end); }
  void begin_again(int variable) {
    RaceEngine::forget(variables_[static_cast<std::size_t>(variable)]);
  }
  bool is_repeated(int thread, int variable, AccessKind kind) {
    return RaceEngine::is_repeated(clock(thread), variables_[static_cast<std::size_t>(variable)],
                                   kind, lockset(held_[thread]));
  }
  void forget_thread(int thread) { clocks_.erase(thread); }
  const RaceEngine& engine() const { return engine_; }
  Slot slot_of(int thread) { return clock(thread).slot; }
  const Variable& variable(int number) { return variables_[static_cast<std::size_t>(number)]; }

 private:
  ThreadClock& clock(int thread) {
    auto& clock = clocks_[thread];
    if (clock == nullptr) clock = std::make_unique<ThreadClock>();
    return *clock;
  }
  // Equal sets have one address.
  const void* lockset(const Held& held) {
    return held.empty() ? nullptr : &*locksets_.insert(held).first;
  }

  RaceEngine engine_{*this};
  std::map<int, std::unique_ptr<ThreadClock>> clocks_;
  std::array<OrderObject, kLocks> locks_;
  std::array<OrderObject, kObjects> objects_;
  std::array<Variable, kVariables> variables_;
  std::map<int, Held> held_;
  std::set<Held> locksets_;
};

}  // namespace lockweave::detectors
