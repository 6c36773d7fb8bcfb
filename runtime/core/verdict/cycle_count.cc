// runtime/core/verdict/cycle_count.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/cycle_count.h"

#include <algorithm>

#include "model/lock_order_graph.h"
#include "runtime/core/base/arena.h"
#include "runtime/core/state/relations.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {
namespace {

class CountReported final : public model::LockOrderGraph::Visitor {
 public:
  void on_cycle(const model::LockOrderGraph::Cycle& cycle) override {
    if (cycle.filter == model::LockOrderGraph::Filter::none) ++reported;
  }
  std::uint64_t reported = 0;
};

// Numbers from 1 without gaps for what has ids with gaps: the graph's arrays are as long as the largest, and
// a process may have had any number of locks that came to nothing. In the order of the ids: outer nodes
// have smaller ones than inner ones. What the id was when it was added counts: threads that still run may
// make something else of a node.
template <class Item>
class Numbered {
 public:
  struct Entry {
    Id id;
    Item item;
    friend bool operator==(const Entry&, const Entry&) = default;
    friend bool operator<(const Entry& a, const Entry& b) { return a.id < b.id; }
  };

  explicit Numbered(std::size_t capacity)
      : entries_(arena.make_array<Entry>(capacity + 1)), capacity_(capacity) {}
  ~Numbered() {
    if (entries_ != nullptr) arena.deallocate(entries_, (capacity_ + 1) * sizeof(Entry));
  }
  Numbered(const Numbered&) = delete;
  Numbered& operator=(const Numbered&) = delete;

  bool add(Item item) {
    const bool room = entries_ != nullptr && count_ < capacity_;
    if (room) entries_[count_++] = {id_of(item), item};
    return room;
  }
  void sort() {
    std::sort(begin(), end());
    count_ = static_cast<std::size_t>(std::unique(begin(), end()) - begin());
  }
  // 0: it is not among them.
  Id number_of(Item item) const {
    const Entry wanted{id_of(item), item};
    const Entry* at = std::lower_bound(entries_, entries_ + count_, wanted);
    return at == entries_ + count_ || *at != wanted ? 0 : static_cast<Id>(at - entries_) + 1;
  }
  void keep_first(std::size_t count) { count_ = count; }
  bool has_memory() const { return entries_ != nullptr; }
  std::size_t size() const { return count_; }
  Entry* begin() { return entries_; }
  Entry* end() { return entries_ + count_; }

 private:
  static Id id_of(Id id) { return id; }
  static Id id_of(const Acquisition* node) { return node->id; }

  Entry* entries_;
  const std::size_t capacity_;
  std::size_t count_ = 0;
};

using Nodes = Numbered<Acquisition*>;
using Locks = Numbered<Id>;

std::size_t count_acquisitions() {
  std::size_t count = 0;
  for_each_acquisition([](void* context, Acquisition&) { ++*static_cast<std::size_t*>(context); },
                       &count);
  return count;
}

bool in_graph(const Acquisition& node) { return node.object->lock_like; }

// Those of locks that were held together with others: the rest can be on no cycle.
void collect(Nodes& nodes) {
  for_each_acquisition(
      [](void* context, Acquisition& node) {
        const bool counts = node.object != nullptr && is_nested(node) && in_graph(node);
        if (counts) (void)static_cast<Nodes*>(context)->add(&node);
      },
      &nodes);
  nodes.sort();
}

// The nearest acquisition outwards that took a lock: a semaphore that proved to be none neither
// orders nor guards anything.
Acquisition* nearest_lock(Acquisition* node) {
  while (node != nullptr && !in_graph(*node)) node = node->outer;
  return node;
}

// Threads that still run may have begun a node whose outer one was not seen as that: it is left out, and all
// within it.
void leave_out_begun(Nodes& nodes) {
  std::size_t kept = 0;
  const std::size_t size = nodes.size();
  for (std::size_t i = 0; i < size; ++i) {
    const Nodes::Entry entry = nodes.begin()[i];
    nodes.keep_first(kept);
    Acquisition* outer = nearest_lock(entry.item->outer);
    if (outer == nullptr || nodes.number_of(outer) != 0) nodes.begin()[kept++] = entry;
  }
  nodes.keep_first(kept);
}

std::size_t count_orders() {
  std::size_t count = 0;
  for_each_order([](void* context, const DeclaredOrder&) { ++*static_cast<std::size_t*>(context); },
                 &count);
  return count;
}

void collect(Nodes& nodes, Locks& locks) {
  for (const Nodes::Entry& entry : nodes) (void)locks.add(entry.item->object->id);
  for_each_order(
      [](void* context, const DeclaredOrder& order) {
        (void)static_cast<Locks*>(context)->add(order.before->id);
        (void)static_cast<Locks*>(context)->add(order.after->id);
      },
      &locks);
  locks.sort();
}

struct Building {
  model::LockOrderGraph& graph;
  Nodes& nodes;
  Locks& locks;
  Id number = 0;
};

void add_node(Building& into, Acquisition& node) {
  const bool shared = (node.flags & LW_SHARED) != 0;
  Acquisition* outer = nearest_lock(node.outer);
  into.graph.add_acquisition(into.number, outer == nullptr ? 0 : into.nodes.number_of(outer),
                             into.locks.number_of(node.object->id),
                             shared ? model::Mode::shared : model::Mode::exclusive,
                             (node.flags & (LW_TRY | LW_TIMED)) != 0);
  for (const ObservationChunk* chunk = node.observations; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) {
      into.graph.add_observation(into.number, chunk->at[i].thread, chunk->at[i].segment);
    }
  }
  for_each_late_observation(
      node,
      [](void* context, Acquisition&, Id thread, std::uint32_t segment) {
        const auto& building = *static_cast<Building*>(context);
        building.graph.add_observation(building.number, thread, segment);
      },
      &into);
}

}  // namespace

CycleCount count_lock_order_cycles(std::uint32_t enough) {
  model::LockOrderGraph graph(arena);
  for_each_observed(
      [](void* context, const ThreadFact& thread) {
        static_cast<model::LockOrderGraph*>(context)->add_thread(thread.id, thread.origin.parent,
                                                                 thread.origin.segment);
      },
      &graph);
  for_each_join(
      [](void* context, const JoinMade& join) {
        static_cast<model::LockOrderGraph*>(context)->add_join(join.joined, join.by, join.segment);
      },
      &graph);
  Nodes nodes(count_acquisitions());
  collect(nodes);
  leave_out_begun(nodes);
  Locks locks(nodes.size() + 2 * count_orders());
  collect(nodes, locks);
  Building building{graph, nodes, locks};
  for (const Nodes::Entry& entry : nodes) {
    ++building.number;
    add_node(building, *entry.item);
  }
  for_each_order(
      [](void* context, const DeclaredOrder& order) {
        const auto& into = *static_cast<Building*>(context);
        const Id before = into.locks.number_of(order.before->id);
        const Id after = into.locks.number_of(order.after->id);
        // 0: it was declared a moment ago.
        if (before != 0 && after != 0) into.graph.add_declared_order(before, after);
      },
      &building);
  CountReported counter;
  model::LockOrderGraph::Limits limits;
  limits.cycles_max = enough;
  limits.steps_max = 2'000'000;
  limits.steps_total_max = 8'000'000;
  limits.filtered_steps_max = 0;
  const model::LockOrderGraph::Summary summary = graph.find_cycles(counter, limits);
  const bool cut = summary.components_cut > summary.components_full;
  return {counter.reported, cut || !nodes.has_memory() || !locks.has_memory()};
}

}  // namespace lockweave::core
