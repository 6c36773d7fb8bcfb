// model/graph/digraph.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plain directed graph in two arrays, and its strongly connected components.
// Source: Tarjan, SIAM J. Computing 1(2), 1972; the recursion is an explicit stack here, because
// the graph may be as deep as it is large.
// Private to the graph. Thread-safety: none. Cost: linear in nodes and edges.
#pragma once

#include "model/graph/containers.h"

namespace lockweave::model::graph {

using Node = std::uint32_t;
inline constexpr Node kNoNode = 0xFFFFFFFF;

class Digraph {
 public:
  explicit Digraph(Resource& resource) : starts_(resource), targets_(resource) {}

  std::size_t node_count() const { return starts_.empty() ? 0 : starts_.size() - 1; }
  std::span<const Node> targets(Node node) const {
    return targets_.from(starts_[node], starts_[node + 1]);
  }

  // `for_each_edge` is called twice and passes the same edges to its argument both times.
  template <typename ForEachEdge>
  [[nodiscard]] bool build(std::size_t nodes, const ForEachEdge& for_each_edge) {
    if (!starts_.assign(nodes + 2, 0)) return false;
    for_each_edge([this](Node from, Node) { ++starts_[from + 2]; });
    for (std::size_t i = 2; i < nodes + 2; ++i) starts_[i] += starts_[i - 1];
    if (!targets_.assign(starts_[nodes + 1], 0)) return false;
    for_each_edge([this](Node from, Node to) { targets_[starts_[from + 1]++] = to; });
    starts_.pop();
    return true;
  }

  // The other way to build: node by node, each with its edges.
  [[nodiscard]] bool clear() {
    starts_.clear();
    targets_.clear();
    return starts_.push(0);
  }
  [[nodiscard]] bool push_target(Node to) { return targets_.push(to); }
  [[nodiscard]] bool end_node() { return starts_.push(targets_.size()); }

 private:
  Array<std::size_t> starts_;  // targets of node i: targets_[starts_[i] .. starts_[i + 1])
  Array<Node> targets_;
};

class Components {
 public:
  explicit Components(Resource& resource)
      : of_(resource), order_(resource), low_(resource), pending_(resource), calls_(resource) {}

  // false: out of memory.
  [[nodiscard]] bool find(const Digraph& graph) {
    const std::size_t nodes = graph.node_count();
    count_ = 0;
    next_order_ = 1;
    pending_.clear();
    calls_.clear();
    if (!of_.assign(nodes, kNoNode) || !order_.assign(nodes, 0) || !low_.assign(nodes, 0)) {
      return false;
    }
    for (std::size_t root = 0; root < nodes; ++root) {
      if (order_[root] == 0 && !visit(graph, static_cast<Node>(root))) return false;
    }
    return true;
  }

  std::size_t count() const { return count_; }
  Node of(Node node) const { return of_[node]; }

 private:
  struct Call {
    Node node;
    std::size_t next_edge;
  };

  bool visit(const Digraph& graph, Node root) {
    if (!enter(root)) return false;
    while (!calls_.empty()) {
      const Node next = next_unvisited(graph, calls_.back());
      if (next == kNoNode) {
        leave();
      } else if (!enter(next)) {
        return false;
      }
    }
    return true;
  }
  bool enter(Node node) {
    order_[node] = low_[node] = next_order_++;
    return pending_.push(node) && calls_.push({node, 0});
  }
  Node next_unvisited(const Digraph& graph, Call& call) {
    const std::span<const Node> targets = graph.targets(call.node);
    while (call.next_edge < targets.size()) {
      const Node target = targets.data()[call.next_edge++];
      if (order_[target] == 0) return target;
      if (of_[target] == kNoNode) lower(call.node, order_[target]);
    }
    return kNoNode;
  }
  void leave() {
    const Node node = calls_.back().node;
    calls_.pop();
    if (low_[node] == order_[node]) close_component(node);
    if (!calls_.empty() && of_[node] == kNoNode) lower(calls_.back().node, low_[node]);
  }
  void close_component(Node first) {
    Node member = kNoNode;
    do {
      member = pending_.back();
      pending_.pop();
      of_[member] = static_cast<Node>(count_);
    } while (member != first);
    ++count_;
  }
  void lower(Node node, Node order) {
    if (order < low_[node]) low_[node] = order;
  }

  Array<Node> of_;     // component of a node; kNoNode: not closed yet
  Array<Node> order_;  // 1-based order of the visit; 0: not visited
  Array<Node> low_;
  Array<Node> pending_;  // visited, component still open
  Array<Call> calls_;
  std::size_t count_ = 0;
  Node next_order_ = 1;
};

}  // namespace lockweave::model::graph
