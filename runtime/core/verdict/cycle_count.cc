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

// Outer nodes have smaller ids than inner ones, so adding by id satisfies the graph.
struct NodesById {
  Acquisition** nodes = nullptr;
  std::size_t capacity = 0;
  std::size_t count = 0;
};

NodesById sort_by_id() {
  NodesById sorted;
  for_each_acquisition(
      [](void* context, Acquisition&) { ++static_cast<NodesById*>(context)->capacity; }, &sorted);
  sorted.nodes = arena.make_array<Acquisition*>(sorted.capacity + 1);
  if (sorted.nodes == nullptr) return {};
  for_each_acquisition(
      [](void* context, Acquisition& node) {
        auto& into = *static_cast<NodesById*>(context);
        if (into.count < into.capacity && node.object != nullptr) into.nodes[into.count++] = &node;
      },
      &sorted);
  std::sort(sorted.nodes, sorted.nodes + sorted.count,
            [](const Acquisition* a, const Acquisition* b) { return a->id < b->id; });
  return sorted;
}

bool in_graph(const Acquisition& node) { return node.object->lock_like; }

// The nearest acquisition outwards that took a lock: a semaphore that proved to be none neither
// orders nor guards anything.
Id nearest_lock(const Acquisition* node) {
  while (node != nullptr && !in_graph(*node)) node = node->outer;
  return node == nullptr ? 0 : node->id;
}

void add_node(model::LockOrderGraph& graph, Acquisition& node) {
  if (!in_graph(node)) return;
  const bool shared = (node.flags & LW_SHARED) != 0;
  graph.add_acquisition(node.id, nearest_lock(node.outer), node.object->id,
                        shared ? model::Mode::shared : model::Mode::exclusive,
                        (node.flags & (LW_TRY | LW_TIMED)) != 0);
  for (const ObservationChunk* chunk = node.observations; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = 0; i < chunk->count; ++i) {
      graph.add_observation(node.id, chunk->at[i].thread, chunk->at[i].segment);
    }
  }
  for_each_late_observation(
      node,
      [](void* context, Acquisition& seen, Id thread, std::uint32_t segment) {
        static_cast<model::LockOrderGraph*>(context)->add_observation(seen.id, thread, segment);
      },
      &graph);
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
  const NodesById sorted = sort_by_id();
  for (std::size_t i = 0; i < sorted.count; ++i) add_node(graph, *sorted.nodes[i]);
  arena.deallocate(sorted.nodes, (sorted.capacity + 1) * sizeof(Acquisition*));
  for_each_order(
      [](void* context, const DeclaredOrder& order) {
        static_cast<model::LockOrderGraph*>(context)->add_declared_order(order.before->id,
                                                                         order.after->id);
      },
      &graph);
  CountReported counter;
  model::LockOrderGraph::Limits limits;
  limits.cycles_max = enough;
  limits.steps_max = 2'000'000;
  limits.steps_total_max = 8'000'000;
  limits.filtered_steps_max = 0;
  const model::LockOrderGraph::Summary summary = graph.find_cycles(counter, limits);
  return {counter.reported, summary.components_cut > summary.components_full};
}

}  // namespace lockweave::core
