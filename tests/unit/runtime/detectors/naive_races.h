// tests/unit/runtime/detectors/naive_races.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The race engine's rules without clocks, epochs or histories: every event is kept, and an order is
// reachability over explicit edges, stored as one set of predecessors per event. Slow and plain.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "runtime/detectors/race_engine.h"

namespace lockweave::detectors {

struct HeldLock {
  int lock;
  bool shared;
  friend auto operator<=>(const HeldLock&, const HeldLock&) = default;
};
using Held = std::set<HeldLock>;

inline std::vector<std::pair<HeldLock, HeldLock>> common_locks(const Held& a, const Held& b) {
  std::vector<std::pair<HeldLock, HeldLock>> common;
  for (const HeldLock& mine : a) {
    for (const HeldLock& theirs : b) {
      if (mine.lock == theirs.lock) common.emplace_back(mine, theirs);
    }
  }
  return common;
}

class NaiveRaces {
 public:
  void create(int parent, int child) {
    const int at = event(parent);
    threads_[child].past = with(past_of(parent), at);
  }
  void join(int by, int ended) {
    const Past end = past_of(ended);
    event(by);
    merge(threads_[by].past, end);
  }
  void acquired(int thread, int lock, bool shared) {
    event(thread);
    Lock& taken = locks_[lock];
    merge(threads_[thread].past.all, taken.exclusive.all);
    if (!shared) merge(threads_[thread].past.all, taken.shared.all);
    threads_[thread].held.insert({lock, shared});
  }
  void release(int thread, int lock, bool shared) {
    event(thread);
    merge(shared ? locks_[lock].shared : locks_[lock].exclusive, past_of(thread));
    threads_[thread].held.erase({lock, shared});
  }
  void order_release(int thread, int object) {
    event(thread);
    merge(objects_[object], past_of(thread));
  }
  void order_acquire(int thread, int object) {
    event(thread);
    merge(threads_[thread].past, objects_[object]);
  }

  void fork(int survivor) {
    settle(survivor);
    std::set<int>& all = threads_[survivor].past.all;
    for (int event = 0; event < next_; ++event) all.insert(event);
    threads_[survivor].past.designed = all;
  }

  // The worst kind of pair that this access makes with any earlier one, if it is worse than before.
  RaceKind access(int thread, int variable, AccessKind kind) {
    Thread& self = threads_[thread];
    if (self.reading == variable && kind == AccessKind::write) self.reading.reset();
    settle(thread);
    Access now{next_++, thread, writes(kind), self.held};
    auto& history = histories_[variable];
    RaceKind worst = RaceKind::none;
    for (const Access& earlier : history) worst = std::max(worst, judge(self, earlier, now));
    if (kind == AccessKind::end) {
      history.clear();
      ended_.insert(variable);
    }
    const auto last_write = std::find_if(history.rbegin(), history.rend(),
                                         [](const Access& each) { return each.writes; });
    if (last_write != history.rend() && reads(kind)) {
      if (!self.past.all.contains(last_write->event)) merge(self.past, last_write->past);
      if (kind != AccessKind::update) look_at(self, thread, variable, *last_write);
      if (kind != AccessKind::read) settle(thread);
    }
    now.past = with(self.past, now.event);
    self.past = now.past;
    history.push_back(now);
    RaceKind& reported = reported_[variable];
    if (worst <= reported) return RaceKind::none;
    if (ended_.contains(variable) && worst != RaceKind::data_race) return RaceKind::none;
    return reported = worst;
  }
  void begin_again(int variable) {
    histories_.erase(variable);
    reported_.erase(variable);
    ended_.erase(variable);
  }

 private:
  struct Past {
    std::set<int> all;
    std::set<int> designed;
  };
  struct Thread {
    Past past;
    Held held;
    std::optional<int> reading;
    std::vector<HeldLock> read_under;
  };
  struct Lock {
    Past exclusive;
    Past shared;
  };
  struct Access {
    int event;
    int thread;
    bool writes;
    Held held;
    Past past{};
  };

  static void merge(std::set<int>& into, const std::set<int>& from) {
    into.insert(from.begin(), from.end());
  }
  static void merge(Past& into, const Past& from) {
    merge(into.all, from.all);
    merge(into.designed, from.designed);
  }
  static Past with(Past past, int event) {
    past.all.insert(event);
    past.designed.insert(event);
    return past;
  }
  const Past& past_of(int thread) { return threads_[thread].past; }

  int event(int thread) {
    settle(thread);
    threads_[thread].past = with(threads_[thread].past, next_);
    return next_++;
  }
  void settle(int thread) {
    Thread& self = threads_[thread];
    if (!self.reading) return;
    self.reading.reset();
    for (const HeldLock& held : self.read_under) {
      merge(self.past.designed, locks_[held.lock].exclusive.designed);
      if (!held.shared) merge(self.past.designed, locks_[held.lock].shared.designed);
    }
  }
  static void look_at(Thread& self, int thread, int variable, const Access& write) {
    if (write.thread == thread) return;
    self.reading = variable;
    self.read_under.clear();
    for (const auto& [mine, theirs] : common_locks(self.held, write.held)) {
      if (!mine.shared || !theirs.shared) self.read_under.push_back(mine);
    }
  }
  static RaceKind judge(const Thread& self, const Access& earlier, const Access& now) {
    if (earlier.thread == now.thread || (!earlier.writes && !now.writes)) return RaceKind::none;
    if (self.past.designed.contains(earlier.event)) return RaceKind::none;
    const auto common = common_locks(earlier.held, now.held);
    const bool excludes = std::any_of(common.begin(), common.end(), [](const auto& pair) {
      return !pair.first.shared || !pair.second.shared;
    });
    if (excludes) return RaceKind::none;
    if (!common.empty()) return RaceKind::write_under_shared_lock;
    return self.past.all.contains(earlier.event) ? RaceKind::inconsistent_locking
                                                 : RaceKind::data_race;
  }

  int next_ = 0;
  std::map<int, Thread> threads_;
  std::map<int, Lock> locks_;
  std::map<int, Past> objects_;
  std::map<int, std::vector<Access>> histories_;
  std::map<int, RaceKind> reported_;
  std::set<int> ended_;
};

}  // namespace lockweave::detectors
