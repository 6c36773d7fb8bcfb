// model/graph/component_bounds.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What can be said of all cycles of a component before any is looked for: a cycle of n edges needs
// n different threads (a declared order needs none), so no cycle that can deadlock is longer than
// there are threads and declared orders; and if one lock is held exclusively around everything,
// there is none at all.
//
// Private to the graph. Thread-safety: none.
// Cost: the observations of the component's acquisitions, and chain links, at most `links_left`;
// when they are used up the bounds say that everything is possible.
#pragma once

#include "model/graph/edges.h"

namespace lockweave::model::graph {

class ComponentBounds {
 public:
  ComponentBounds(Resource& resource, const GraphData& data, const Edges& edges)
      : data_(data), edges_(edges), thread_met_(resource), lockset_met_(resource),
        candidate_(resource) {}

  // false: out of memory.
  [[nodiscard]] bool prepare() {
    return thread_met_.assign(data_.acquisitions.thread_limit(), 0) &&
           lockset_met_.assign(data_.acquisitions.lockset_count() + 1, 0) &&
           candidate_.assign(data_.acquisitions.lock_limit(), 0);
  }

  // The longest cycle that can be reported, if that is below `length_max`, else `length_max`; 0:
  // there is none.
  std::uint32_t longest(Node component, std::uint32_t length_max, std::uint64_t& links_left) {
    ++component_mark_;
    component_ = component;
    suppliers_ = declared_orders();
    gates_possible_ = suppliers_ == 0;
    first_ = true;
    for (const Node lock : edges_.members(component)) {
      for (const Node acquisition : edges_.waiting().targets(lock)) {
        if (links_left == 0) return length_max;
        look_at(data_.acquisitions.node(acquisition), links_left);
        if (suppliers_ >= length_max && !gates_possible_) return length_max;
      }
    }
    if (gates_possible_ || suppliers_ < 2) return 0;
    return suppliers_ < length_max ? suppliers_ : length_max;
  }

 private:
  std::uint32_t declared_orders() const {
    std::uint32_t count = 0;
    for (const Orders::Declared& order : data_.orders.all_declared()) {
      const bool inside = edges_.component_of(order.before) == component_ &&
                          edges_.component_of(order.after) == component_;
      count += inside ? 1 : 0;
    }
    return count;
  }
  void look_at(const AcquisitionNode& wanted, std::uint64_t& links_left) {
    const bool news = has_new_thread(wanted);
    if (!news && !gates_possible_) return;
    const std::uint32_t lockset = data_.acquisitions.node(wanted.outer).lockset;
    const std::uint64_t met = lockset_met_[lockset];
    const bool known = met / 2 == component_mark_;
    const bool inside = known ? met % 2 != 0 : walk(lockset, links_left);
    if (!known) lockset_met_[lockset] = component_mark_ * 2 + (inside ? 1 : 0);
    if (inside && news) count_threads(wanted);
  }
  bool has_new_thread(const AcquisitionNode& wanted) const {
    for (std::uint32_t i = wanted.first_observation; i != 0;) {
      const ObservationNode& observation = data_.acquisitions.observation(i);
      if (thread_met_[thread_of(observation)] != component_mark_) return true;
      i = observation.next;
    }
    return false;
  }
  void count_threads(const AcquisitionNode& wanted) {
    for (std::uint32_t i = wanted.first_observation; i != 0;) {
      const ObservationNode& observation = data_.acquisitions.observation(i);
      std::uint64_t& met = thread_met_[thread_of(observation)];
      suppliers_ += met != component_mark_ ? 1 : 0;
      met = component_mark_;
      i = observation.next;
    }
  }
  Id thread_of(const ObservationNode& observation) const {
    return data_.acquisitions.thread_segment(observation.thread_segment).thread;
  }

  // Does the lockset hold a lock of the component? If so what it does not hold exclusively is no
  // gate of all.
  bool walk(std::uint32_t lockset, std::uint64_t& links_left) {
    bool inside = false;
    for (std::uint32_t i = lockset; i != 0; i = data_.acquisitions.lockset(i).outer) {
      links_left -= links_left == 0 ? 0 : 1;
      inside = inside || edges_.component_of(data_.acquisitions.lockset(i).lock) == component_;
    }
    if (inside && gates_possible_) keep_common(lockset);
    return inside;
  }
  void keep_common(std::uint32_t lockset) {
    const std::uint64_t before = first_ ? 0 : gate_mark_;
    ++gate_mark_;
    gates_possible_ = false;
    for (std::uint32_t i = lockset; i != 0; i = data_.acquisitions.lockset(i).outer) {
      const Lockset& held = data_.acquisitions.lockset(i);
      std::uint64_t& candidate = candidate_[held.lock];
      if (held.mode != Mode::exclusive || (!first_ && candidate != before)) continue;
      candidate = gate_mark_;
      gates_possible_ = true;
    }
    first_ = false;
  }

  const GraphData& data_;
  const Edges& edges_;
  Array<std::uint64_t> thread_met_;   // by thread: the last component that counted it
  Array<std::uint64_t> lockset_met_;  // by lockset: twice that component, plus 1: holds its locks
  Array<std::uint64_t> candidate_;    // by lock: gate_mark_ of the last lockset all share it up to
  std::uint64_t component_mark_ = 0;
  std::uint64_t gate_mark_ = 0;
  Node component_ = 0;
  std::uint32_t suppliers_ = 0;  // threads and declared orders
  bool gates_possible_ = false;
  bool first_ = true;
};

}  // namespace lockweave::model::graph
