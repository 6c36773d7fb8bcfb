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
//
// The forest of chains is numbered in the order of one walk over it: what is nested in an
// acquisition has the numbers from its own to the last inside it.
// Private to the graph. Thread-safety: none. Every function returns false when out of memory.
#pragma once

#include <algorithm>

#include "model/graph/graph_data.h"

namespace lockweave::model::graph {

class Edges {
 public:
  Edges(Resource& resource, const GraphData& data)
      : data_(data), can_wait_(resource), waiting_(resource), number_(resource),
        last_inside_(resource), links_above_(resource), by_number_(resource), taken_(resource),
        waiting_by_number_(resource), declared_before_(resource), components_(resource),
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

  // Calls found(held_at, wanted_at) for each acquisition of `wanted` that can wait and each one of
  // `held` around it: by `wanted_at`, then from the inside out. `links` counts the work.
  // false: `found` said so, or out of memory.
  template <typename Found>
  [[nodiscard]] bool each_nesting(Id held, Id wanted, std::uint64_t& links,
                                  const Found& found) const {
    const std::uint64_t by_held = kSearchCost * taken_.targets(held).size();
    if (links_above_[wanted] <= by_held) return walk_outwards(held, wanted, links, found);
    return look_inside(held, wanted, links, found);
  }

  // For each lock of the component, in the order of `members`, the locks held while it was wanted,
  // as indices into `members`, each once. Walks at most `links_left` chain links and takes them
  // off, and kEdgeCost more for an edge; 0 left: the list may be incomplete.
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
  struct Nesting {
    Id wanted_at;
    Node held_number;
    Id held_at;
  };

  template <typename Found>
  bool walk_outwards(Id held, Id wanted, std::uint64_t& links, const Found& found) const {
    for (const Id acquisition : waiting_.targets(wanted)) {
      Id link = node(acquisition).outer;
      for (; link != 0; link = node(link).outer) {
        ++links;
        if (node(link).lock == held && !found(link, acquisition)) return false;
      }
    }
    return true;
  }
  template <typename Found>
  bool look_inside(Id held, Id wanted, std::uint64_t& links, const Found& found) const {
    Array<Nesting> nestings(can_wait_.resource());
    const std::span<const Node> all = waiting_by_number_.targets(wanted);
    for (const Node held_at : taken_.targets(held)) {
      links += kSearchCost;
      for (std::size_t i = first_not_before(all, number_[held_at] + 1);
           i < all.size() && number_[all.data()[i]] <= last_inside_[held_at]; ++i) {
        ++links;
        if (!nestings.push({all.data()[i], number_[held_at], held_at})) return false;
      }
    }
    std::sort(nestings.all().begin(), nestings.all().end(), [](const Nesting& a, const Nesting& b) {
      return a.wanted_at != b.wanted_at ? a.wanted_at < b.wanted_at : a.held_number > b.held_number;
    });
    for (const Nesting& each : nestings.all()) {
      if (!found(each.held_at, each.wanted_at)) return false;
    }
    return true;
  }
  std::size_t first_not_before(std::span<const Node> acquisitions, Node number) const {
    const auto at = std::lower_bound(
        acquisitions.begin(), acquisitions.end(), number,
        [this](Node acquisition, Node limit) { return number_[acquisition] < limit; });
    return static_cast<std::size_t>(at - acquisitions.begin());
  }

  bool find_waiting() {
    if (!mark_waiting() || !index_by_number()) return false;
    return waiting_.build(data_.acquisitions.lock_limit(), [this](const auto& edge) {
      for (std::size_t id = 1; id < data_.acquisitions.size(); ++id) {
        if (can_wait_[id] != 0) edge(node(id).lock, static_cast<Node>(id));
      }
    });
  }
  bool index_by_number() {
    const std::size_t locks = data_.acquisitions.lock_limit();
    const auto taken = [this](const auto& edge) {
      for (const Node id : by_number_.all()) edge(node(id).lock, id);
    };
    const auto waiting = [this](const auto& edge) {
      for (const Node id : by_number_.all()) {
        if (can_wait_[id] != 0) edge(node(id).lock, id);
      }
    };
    const auto declared = [this](const auto& edge) {
      for (const Orders::Declared& order : data_.orders.all_declared()) {
        edge(order.after, order.before);
      }
    };
    return taken_.build(locks, taken) && waiting_by_number_.build(locks, waiting) &&
           declared_before_.build(locks, declared);
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
    const std::size_t locks = data_.acquisitions.lock_limit();
    by_number_.clear();
    if (!links_above_.assign(locks, 0)) return false;
    if (size == 0) return true;
    if (!can_wait_.assign(size, 0) || !number_.assign(size, 0) || !last_inside_.assign(size, 0) ||
        !held.assign(locks, 0)) {
      return false;
    }
    return inner.build(size, outer_to_inner) && walk_chains(inner, held, open);
  }
  // An entry of `open` is an acquisition to enter, or, with kLeave, one to leave.
  bool walk_chains(const Digraph& inner, Array<std::uint32_t>& held, Array<Node>& open) {
    std::uint64_t depth = 0;
    if (!push_all(inner.targets(0), open)) return false;
    while (!open.empty()) {
      const Node entry = open.back();
      open.pop();
      const Node id = entry & ~kLeave;
      const bool exclusive = node(id).mode == Mode::exclusive;
      if ((entry & kLeave) != 0) {
        held[node(id).lock] -= exclusive ? 1 : 0;
        last_inside_[id] = static_cast<Node>(by_number_.size()) - 1;
        --depth;
        continue;
      }
      number_[id] = static_cast<Node>(by_number_.size());
      if (!by_number_.push(id)) return false;
      can_wait_[id] = waits(node(id)) && held[node(id).lock] == 0 ? 1 : 0;
      held[node(id).lock] += exclusive ? 1 : 0;
      if (can_wait_[id] != 0) links_above_[node(id).lock] += depth;
      ++depth;
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
        if (!list_edge(node(link).lock, wanted, held_of, links_left)) return false;
      }
    }
    for (const Node before : declared_before_.targets(wanted)) {
      if (!list_edge(before, wanted, held_of, links_left)) return false;
    }
    return true;
  }
  bool list_edge(Id held, Id wanted, Digraph& held_of, std::uint64_t& links_left) {
    if (seen_[held] == visit_ || components_.of(held) != components_.of(wanted)) return true;
    seen_[held] = visit_;
    links_left -= links_left < kEdgeCost ? links_left : kEdgeCost;
    return data_.orders.suppressed(held, wanted) || held_of.push_target(local_[held]);
  }

  const AcquisitionNode& node(std::size_t id) const {
    return data_.acquisitions.node(static_cast<Id>(id));
  }

  static constexpr std::uint64_t kSearchCost = 16;  // of finding what is nested in one, in links
  static constexpr std::uint64_t kEdgeCost = 31;
  static constexpr Node kLeave = 0x80000000;

  const GraphData& data_;
  Array<std::uint8_t> can_wait_;  // by acquisition
  Digraph waiting_;
  Array<Node> number_;                // by acquisition
  Array<Node> last_inside_;           // by acquisition: the highest number nested in it, or its own
  Array<std::uint64_t> links_above_;  // by lock: chain links of all that can wait for it
  Array<Node> by_number_;             // number -> acquisition
  Digraph taken_;                     // lock -> acquisitions of it, by number
  Digraph waiting_by_number_;         // lock -> those that can wait, by number
  Digraph declared_before_;           // lock -> locks declared to be taken before it
  Components components_;
  Digraph members_;               // component -> locks
  Array<std::uint64_t> visited_;  // by acquisition: visit_ of the last walk over it
  Array<std::uint64_t> seen_;     // by lock: visit_ when it was last listed
  Array<Node> local_;             // by lock: index in its component
  std::uint64_t visit_ = 0;
};

}  // namespace lockweave::model::graph
