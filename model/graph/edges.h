// model/graph/edges.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the edges that can lie on a cycle, without looking at all edges.
//
// A chain of n locks has n(n-1)/2 edges. So the first pass runs on a graph with as many edges as
// there are acquisitions: besides the locks it has a node "something on chain c is held" for each
// acquisition c, and the edges
//     lock(c) -> c        outer(c) -> c        outer(c) -> lock(c), if c can wait.
// A path from lock to lock in it is a path of edges held -> wanted, so the components agree.
// Only inside a component of two locks or more are single edges listed (`list_edges`).
//
// An acquisition can wait unless it is a try-lock, or nothing was held, or no thread was seen doing
// it, or its chain holds the same lock exclusively already.
// Private to the graph. Thread-safety: none. Every function returns false when out of memory.
#pragma once

#include "model/graph/graph_data.h"

namespace lockweave::model::graph {

class Edges {
 public:
  Edges(Resource& resource, const GraphData& data)
      : data_(data), can_wait_(resource), waiting_(resource), components_(resource),
        members_(resource), visited_(resource), seen_(resource), local_(resource) {}

  [[nodiscard]] bool prepare() {
    return find_waiting() && find_components() && visited_.assign(data_.acquisitions.size(), 0) &&
           seen_.assign(data_.acquisitions.lock_limit(), 0) &&
           local_.assign(data_.acquisitions.lock_limit(), 0);
  }

  // Lock -> acquisitions of it that can wait.
  const Digraph& waiting() const { return waiting_; }
  std::size_t component_count() const { return components_.count(); }
  Node component_of(Id lock) const { return components_.of(lock); }
  // The locks of a component, ascending.
  std::span<const Node> members(Node component) const { return members_.targets(component); }

  // For each lock of the component, in the order of `members`, the locks held while it was wanted,
  // as indices into `members`, each once. Walks at most `links_left` chain links and takes them
  // off; 0 left: the list may be incomplete.
  [[nodiscard]] bool list_edges(Node component, Digraph& held_of, std::uint64_t& links_left) {
    const std::span<const Node> locks = members(component);
    for (std::size_t i = 0; i < locks.size(); ++i) local_[locks.data()[i]] = static_cast<Node>(i);
    if (!held_of.clear()) return false;
    for (const Node lock : locks) {
      if (!list_held(lock, held_of, links_left) || !held_of.end_node()) return false;
    }
    return true;
  }

 private:
  bool find_waiting() {
    if (!mark_waiting()) return false;
    return waiting_.build(data_.acquisitions.lock_limit(), [this](const auto& edge) {
      for (std::size_t id = 1; id < data_.acquisitions.size(); ++id) {
        if (can_wait_[id] != 0) edge(node(id).lock, static_cast<Node>(id));
      }
    });
  }
  // Walks the forest of chains once, counting what the way down to each acquisition holds.
  bool mark_waiting() {
    Resource& resource = can_wait_.resource();
    Digraph inner(resource);
    Array<std::uint32_t> held(resource);
    Array<Node> open(resource);
    const std::size_t size = data_.acquisitions.size();
    const auto outer_to_inner = [this, size](const auto& edge) {
      for (std::size_t id = 1; id < size; ++id) {
        if (node(id).lock != 0) edge(node(id).outer, static_cast<Node>(id));
      }
    };
    if (size == 0) return true;
    if (!can_wait_.assign(size, 0) || !held.assign(data_.acquisitions.lock_limit(), 0)) {
      return false;
    }
    return inner.build(size, outer_to_inner) && walk_chains(inner, held, open);
  }
  // An entry of `open` is an acquisition to enter, or, with kLeave, one to leave.
  bool walk_chains(const Digraph& inner, Array<std::uint32_t>& held, Array<Node>& open) {
    if (!push_all(inner.targets(0), open)) return false;
    while (!open.empty()) {
      const Node entry = open.back();
      open.pop();
      const Node id = entry & ~kLeave;
      const bool exclusive = node(id).mode == Mode::exclusive;
      if ((entry & kLeave) != 0) {
        held[node(id).lock] -= exclusive ? 1 : 0;
        continue;
      }
      can_wait_[id] = waits(node(id)) && held[node(id).lock] == 0 ? 1 : 0;
      held[node(id).lock] += exclusive ? 1 : 0;
      if (!open.push(id | kLeave) || !push_all(inner.targets(id), open)) return false;
    }
    return true;
  }
  static bool push_all(std::span<const Node> nodes, Array<Node>& open) {
    for (const Node each : nodes) {
      if (!open.push(each)) return false;
    }
    return true;
  }
  static bool waits(const AcquisitionNode& acquisition) {
    return !acquisition.trial && acquisition.outer != 0 && acquisition.first_observation != 0;
  }

  bool find_components() {
    const std::size_t locks = data_.acquisitions.lock_limit();
    Digraph compressed(can_wait_.resource());
    if (!compressed.build(locks + data_.acquisitions.size(),
                          [this](const auto& edge) { compressed_edges(edge); })) {
      return false;
    }
    if (!components_.find(compressed)) return false;
    return members_.build(components_.count(), [this, locks](const auto& edge) {
      for (std::size_t lock = 1; lock < locks; ++lock) {
        edge(components_.of(static_cast<Node>(lock)), static_cast<Node>(lock));
      }
    });
  }
  template <typename Edge>
  void compressed_edges(const Edge& edge) const {
    const auto chain = [this](std::size_t id) {
      return static_cast<Node>(data_.acquisitions.lock_limit() + id);
    };
    for (std::size_t id = 1; id < data_.acquisitions.size(); ++id) {
      if (node(id).lock == 0) continue;
      edge(node(id).lock, chain(id));
      if (node(id).outer == 0) continue;
      edge(chain(node(id).outer), chain(id));
      if (can_wait_[id] != 0) edge(chain(node(id).outer), node(id).lock);
    }
    for (const Orders::Declared& order : data_.orders.all_declared()) {
      edge(order.before, order.after);
    }
  }

  bool list_held(Id wanted, Digraph& held_of, std::uint64_t& links_left) {
    ++visit_;
    seen_[wanted] = visit_;  // an edge from a lock to itself does not count
    for (const Id acquisition : waiting_.targets(wanted)) {
      Id link = node(acquisition).outer;
      for (; link != 0 && visited_[link] != visit_; link = node(link).outer) {
        if (links_left == 0) return true;
        --links_left;
        visited_[link] = visit_;
        if (!list_edge(node(link).lock, wanted, held_of)) return false;
      }
    }
    for (const Orders::Declared& order : data_.orders.all_declared()) {
      if (order.after == wanted && !list_edge(order.before, wanted, held_of)) return false;
    }
    return true;
  }
  bool list_edge(Id held, Id wanted, Digraph& held_of) {
    if (seen_[held] == visit_ || components_.of(held) != components_.of(wanted)) return true;
    seen_[held] = visit_;
    return data_.orders.suppressed(held, wanted) || held_of.push_target(local_[held]);
  }

  const AcquisitionNode& node(std::size_t id) const {
    return data_.acquisitions.node(static_cast<Id>(id));
  }

  static constexpr Node kLeave = 0x80000000;

  const GraphData& data_;
  Array<std::uint8_t> can_wait_;  // by acquisition
  Digraph waiting_;
  Components components_;
  Digraph members_;               // component -> locks
  Array<std::uint64_t> visited_;  // by acquisition: visit_ of the last walk over it
  Array<std::uint64_t> seen_;     // by lock: visit_ when it was last listed
  Array<Node> local_;             // by lock: index in its component
  std::uint64_t visit_ = 0;
};

}  // namespace lockweave::model::graph
