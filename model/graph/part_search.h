// model/graph/part_search.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks the paths of a strongly connected part that can become simple cycles, shortest first.
//
// Depth-first search from each lock as the smallest of its cycles, for one exact length after the
// other. Before the search from a root a breadth-first walk against the edges tells how far the
// root is from every lock near it, so that no path is followed that cannot come back in time.
// What a path is good for is asked of a judge:
//     Answer enter(Id held, Id wanted)     may the path go on along this edge?
//     void leave()                         back from the last edge entered
//     Answer close(std::span<const Id>)    the ring of locks; the edge back was not entered
//
// Private to the graph. Thread-safety: none. Cost: at most the steps of `Budget`; no recursion.
#pragma once

#include "model/graph/digraph.h"

namespace lockweave::model::graph {

enum class Answer : std::uint8_t { go_on, turn_back, stop, no_memory };

struct Budget {
  std::uint64_t left = 0;
  bool met = false;  // something was left undone for want of steps
  void spend(std::uint64_t steps) {
    met = met || steps > left;
    left -= steps > left ? left : steps;
  }
};

// The part of the graph to search, as indices into `locks`.
struct PartGraph {
  std::span<const Node> locks;
  const Digraph& wanted_of;
  const Digraph& held_of;
  const Components& parts;
};

class PartSearch {
 public:
  explicit PartSearch(Resource& resource)
      : near_(resource), queue_(resource), path_(resource), ring_(resource) {}

  // For the graph of the next component. false: out of memory.
  [[nodiscard]] bool prepare(std::size_t locks) {
    walk_ = 0;
    return near_.assign(locks, Near{});
  }

  // Cycles of at most `length_max` locks. `no_memory`; `stop`: the judge said so, or the budget was
  // met; `turn_back`: there may be longer cycles; `go_on`: there are none.
  template <typename Judge>
  Answer search(const PartGraph& graph, std::span<const Node> part, std::uint64_t length_max,
                Budget& budget, Judge& judge) {
    longer_ = true;
    for (length_ = 2; length_ <= length_max && longer_; ++length_) {
      longer_ = false;
      for (const Node root : part) {
        const Answer answer = search_from(graph, root, budget, judge);
        if (answer != Answer::go_on) return answer;
      }
    }
    return longer_ ? Answer::turn_back : Answer::go_on;
  }

 private:
  struct Near {
    std::uint64_t walk = 0;      // walk_ that met this lock
    std::uint32_t distance = 0;  // edges from it to the root
    bool on_path = false;
  };
  struct Step {
    Node lock;
    std::size_t next;  // edge to try next
  };

  template <typename Judge>
  Answer search_from(const PartGraph& graph, Node root, Budget& budget, Judge& judge) {
    if (!measure(graph, root, budget)) return Answer::no_memory;
    path_.clear();
    if (!enter(root)) return Answer::no_memory;
    Answer answer = Answer::go_on;
    while (!path_.empty() && answer == Answer::go_on) {
      Step& step = path_.back();
      const std::span<const Node> targets = graph.wanted_of.targets(step.lock);
      if (step.next == targets.size()) {
        leave(judge);
      } else {
        answer = follow(graph, root, targets.data()[step.next++], budget, judge);
      }
      if (answer == Answer::go_on && budget.met) answer = Answer::stop;
    }
    while (!path_.empty()) leave(judge);
    return answer;
  }
  template <typename Judge>
  Answer follow(const PartGraph& graph, Node root, Node next, Budget& budget, Judge& judge) {
    budget.spend(1);
    const Near& near = near_[next];
    if (next <= root || near.walk != walk_ || near.on_path) return Answer::go_on;
    if (path_.size() + near.distance > length_) {
      longer_ = true;
      return Answer::go_on;
    }
    const Id held = graph.locks.data()[path_.back().lock];
    const Answer answer = judge.enter(held, graph.locks.data()[next]);
    if (answer == Answer::turn_back) return Answer::go_on;
    if (answer != Answer::go_on) return answer;
    if (!enter(next)) {
      judge.leave();
      return Answer::no_memory;
    }
    return path_.size() == length_ ? close(graph, judge) : Answer::go_on;
  }
  // The last lock of the path is one edge from the root: the distances saw to that.
  template <typename Judge>
  Answer close(const PartGraph& graph, Judge& judge) {
    const Node last = path_.back().lock;
    longer_ = longer_ || leads_away(graph.wanted_of, last, path_[0].lock);
    ring_.clear();
    Answer answer = Answer::go_on;
    for (const Step& step : path_.all()) {
      if (!ring_.push(graph.locks.data()[step.lock])) answer = Answer::no_memory;
    }
    if (answer == Answer::go_on) answer = judge.close(ring_.all());
    leave(judge);
    return answer;
  }
  bool enter(Node lock) {
    near_[lock].on_path = true;
    return path_.push({lock, 0});
  }
  template <typename Judge>
  void leave(Judge& judge) {
    near_[path_.back().lock].on_path = false;
    path_.pop();
    if (!path_.empty()) judge.leave();
  }

  // Distances to `root` over locks above it, up to length_ - 1. false: out of memory.
  bool measure(const PartGraph& graph, Node root, Budget& budget) {
    ++walk_;
    queue_.clear();
    near_[root] = {walk_, 0, false};
    if (!queue_.push(root)) return false;
    for (std::size_t i = 0; i < queue_.size() && !budget.met; ++i) {
      if (!measure_before(graph, root, queue_[i], budget)) return false;
    }
    return true;
  }
  bool measure_before(const PartGraph& graph, Node root, Node lock, Budget& budget) {
    const std::uint32_t distance = near_[lock].distance + 1;
    if (distance == length_) {
      longer_ = longer_ || leads_away(graph.held_of, lock, root);
      return true;
    }
    for (const Node held : graph.held_of.targets(lock)) {
      budget.spend(1);
      if (held < root || near_[held].walk == walk_) continue;
      if (graph.parts.of(held) != graph.parts.of(root)) continue;
      near_[held] = {walk_, distance, false};
      if (!queue_.push(held)) return false;
    }
    return true;
  }
  static bool leads_away(const Digraph& graph, Node lock, Node root) {
    const std::span<const Node> targets = graph.targets(lock);
    return targets.size() > 1 || (targets.size() == 1 && targets.front() != root);
  }

  Array<Near> near_;  // by lock of the component
  std::uint32_t length_ = 0;
  std::uint64_t walk_ = 0;
  bool longer_ = false;  // there may be longer cycles
  Array<Node> queue_;
  Array<Step> path_;
  Array<Id> ring_;
};

}  // namespace lockweave::model::graph
