// model/graph/cycle_search.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists the simple cycles of a component, shortest first, and has each judged.
//
// Depth-first search from each lock as the smallest of its cycles, for one exact length after the
// other. Before the search from a root a breadth-first walk against the edges tells how far the
// root is from every lock near it, so that no path is followed that cannot come back in time.
// Private to the graph. Thread-safety: none. Cost: bounded by Limits; no recursion.
#pragma once

#include "model/graph/edges.h"
#include "model/graph/witness_search.h"

namespace lockweave::model::graph {

class CycleSearch {
 public:
  using Limits = LockOrderGraph::Limits;
  using Summary = LockOrderGraph::Summary;

  CycleSearch(Resource& resource, GraphData& data, LockOrderGraph::Visitor& visitor,
              const Limits& limits, Summary& summary)
      : visitor_(visitor), limits_(limits), summary_(summary), data_(data), edges_(resource, data),
        witnesses_(resource, data, edges_.waiting()), held_of_(resource), wanted_of_(resource),
        parts_(resource), part_members_(resource), near_(resource), queue_(resource),
        path_(resource), ring_(resource), story_(resource) {}

  // false: out of memory.
  [[nodiscard]] bool run() {
    if (!edges_.prepare() || !witnesses_.prepare()) return false;
    Array<std::uint8_t> done(path_.resource());
    if (!done.assign(edges_.component_count(), 0)) return false;
    for (std::size_t lock = 1; lock < data_.acquisitions.lock_limit(); ++lock) {
      const Node component = edges_.component_of(static_cast<Id>(lock));
      if (done[component] != 0) continue;
      done[component] = 1;
      if (edges_.members(component).size() > 1 && !search_component(component)) return false;
    }
    return true;
  }

 private:
  // Chain links are walked at a discount: in listing edges (each takes memory), and in judging.
  static constexpr std::uint64_t kLinksPerStepListing = 2;
  static constexpr std::uint64_t kLinksPerStepJudging = 32;

  struct Near {
    std::uint64_t walk = 0;      // walk_ that met this lock
    std::uint32_t distance = 0;  // edges from it to the root
    bool on_path = false;
  };
  struct Step {
    Node lock;
    std::size_t next;  // edge to try next
  };

  // Splits a component anew by its real edges: suppressed ones are gone now.
  bool search_component(Node component) {
    locks_ = edges_.members(component);
    std::uint64_t links_left = limits_.steps_max * kLinksPerStepListing;
    if (!edges_.list_edges(component, held_of_, links_left)) return false;
    const bool edges_cut = links_left == 0;
    const auto forward = [this](const auto& edge) {
      for (Node wanted = 0; wanted < locks_.size(); ++wanted) {
        for (const Node held : held_of_.targets(wanted)) edge(held, wanted);
      }
    };
    if (!wanted_of_.build(locks_.size(), forward) || !parts_.find(wanted_of_)) return false;
    const auto by_part = [this](const auto& edge) {
      for (Node lock = 0; lock < locks_.size(); ++lock) edge(parts_.of(lock), lock);
    };
    if (!part_members_.build(parts_.count(), by_part)) return false;
    return near_.assign(locks_.size(), Near{}) && search_parts(edges_cut);
  }

  bool search_parts(bool edges_cut) {
    bool counted = false;
    for (Node lock = 0; lock < locks_.size(); ++lock) {
      const std::span<const Node> part = part_members_.targets(parts_.of(lock));
      if (part.front() != lock || part.size() < 2) continue;
      if (!search_part(part)) return false;
      if (cut_ || undecided_) ++summary_.components_cut;
      counted = counted || cut_ || undecided_;
    }
    if (edges_cut && !counted) ++summary_.components_cut;
    return true;
  }

  bool search_part(std::span<const Node> part) {
    const std::uint64_t length_max =
        part.size() < limits_.cycle_length_max ? part.size() : limits_.cycle_length_max;
    steps_left_ = limits_.steps_max;
    cycles_left_ = limits_.cycles_max;
    cut_ = false;
    undecided_ = false;
    longer_ = true;
    for (length_ = 2; length_ <= length_max && longer_; ++length_) {
      longer_ = false;
      for (const Node root : part) {
        if (!search_from(root)) return false;
        if (cut_) return true;
      }
    }
    cut_ = longer_ && part.size() > length_max;
    return true;
  }

  bool search_from(Node root) {
    if (!measure(root)) return false;
    path_.clear();
    if (!enter(root)) return false;
    while (!path_.empty() && !cut_) {
      Step& step = path_.back();
      const std::span<const Node> targets = wanted_of_.targets(step.lock);
      if (step.next == targets.size()) {
        near_[step.lock].on_path = false;
        path_.pop();
      } else if (!follow(root, targets.data()[step.next++])) {
        return false;
      }
    }
    for (const Step& step : path_.all()) near_[step.lock].on_path = false;
    return true;
  }
  bool follow(Node root, Node next) {
    spend(1);
    const Near& near = near_[next];
    if (next <= root || near.walk != walk_ || near.on_path) return true;
    if (path_.size() + near.distance > length_) {
      longer_ = true;
      return true;
    }
    if (!enter(next)) return false;
    return path_.size() != length_ || close();
  }
  // The last lock of the path is one edge from the root: the distances saw to that.
  bool close() {
    const Node last = path_.back().lock;
    longer_ = longer_ || leads_away(wanted_of_, last, path_[0].lock);
    const bool reported = report();
    near_[last].on_path = false;
    path_.pop();
    return reported;
  }
  bool enter(Node lock) {
    near_[lock].on_path = true;
    return path_.push({lock, 0});
  }

  // Distances to `root` over locks above it, up to length_ - 1.
  bool measure(Node root) {
    ++walk_;
    queue_.clear();
    near_[root] = {walk_, 0, false};
    if (!queue_.push(root)) return false;
    for (std::size_t i = 0; i < queue_.size() && !cut_; ++i) {
      if (!measure_before(root, queue_[i])) return false;
    }
    return true;
  }
  bool measure_before(Node root, Node lock) {
    const std::uint32_t distance = near_[lock].distance + 1;
    if (distance == length_) {
      longer_ = longer_ || leads_away(held_of_, lock, root);
      return true;
    }
    for (const Node held : held_of_.targets(lock)) {
      spend(1);
      if (held < root || near_[held].walk == walk_ || parts_.of(held) != parts_.of(root)) continue;
      near_[held] = {walk_, distance, false};
      if (!queue_.push(held)) return false;
    }
    return true;
  }

  static bool leads_away(const Digraph& graph, Node lock, Node root) {
    const std::span<const Node> targets = graph.targets(lock);
    return targets.size() > 1 || (targets.size() == 1 && targets.front() != root);
  }

  // The path is a cycle: has it judged and shows it.
  bool report() {
    ring_.clear();
    for (const Step& step : path_.all()) {
      if (!ring_.push(locks_.data()[step.lock])) return false;
    }
    const std::uint64_t work_before = judging_work();
    WitnessSearch::Verdict verdict;
    if (!witnesses_.judge(ring_.all(), limits_.witnesses_tried_max, verdict)) return false;
    spend(judging_work() - work_before);
    undecided_ = undecided_ || verdict.exhausted;
    const bool reported = verdict.filter == LockOrderGraph::Filter::none;
    if (!verdict.observed) return true;
    if (reported && cycles_left_ == 0) {
      cut_ = true;
      return true;
    }
    if (!tell_story()) return false;
    cycles_left_ -= reported ? 1 : 0;
    ++(reported ? summary_.cycles : summary_.filtered);
    visitor_.on_cycle({story_.all(), verdict.filter, verdict.gate});
    return true;
  }
  bool tell_story() {
    story_.clear();
    for (std::size_t i = 0; i < ring_.size(); ++i) {
      if (!story_.push(edge_of(i))) return false;
    }
    return true;
  }
  LockOrderGraph::Edge edge_of(std::size_t i) const {
    const Witness& witness = witnesses_.chosen(i);
    LockOrderGraph::Edge edge;
    edge.held = ring_[i];
    edge.wanted = ring_[i + 1 == ring_.size() ? 0 : i + 1];
    edge.held_at = witness.held_at;
    edge.wanted_at = witness.wanted_at;
    edge.declared = witness.declared();
    if (witness.thread_segment != 0) {
      edge.thread = data_.acquisitions.thread_segment(witness.thread_segment).thread;
      edge.segment = data_.acquisitions.thread_segment(witness.thread_segment).segment;
    }
    return edge;
  }

  std::uint64_t judging_work() const {
    return witnesses_.comparisons() + witnesses_.links_walked() / kLinksPerStepJudging;
  }
  void spend(std::uint64_t steps) {
    cut_ = cut_ || steps > steps_left_;
    steps_left_ -= cut_ ? 0 : steps;
  }

  LockOrderGraph::Visitor& visitor_;
  const Limits& limits_;
  Summary& summary_;
  GraphData& data_;
  Edges edges_;
  WitnessSearch witnesses_;

  // Of the component being searched; locks are indices into locks_.
  std::span<const Node> locks_;
  Digraph held_of_;
  Digraph wanted_of_;
  Components parts_;
  Digraph part_members_;
  Array<Near> near_;

  // Of the search from one root.
  std::uint64_t steps_left_ = 0;
  std::uint32_t cycles_left_ = 0;
  std::uint32_t length_ = 0;
  std::uint64_t walk_ = 0;
  bool cut_ = false;        // a limit was met
  bool longer_ = false;     // there may be longer cycles
  bool undecided_ = false;  // a cycle's witnesses were too many to try
  Array<Node> queue_;
  Array<Step> path_;
  Array<Id> ring_;
  Array<LockOrderGraph::Edge> story_;
};

}  // namespace lockweave::model::graph
