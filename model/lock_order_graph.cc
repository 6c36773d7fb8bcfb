// model/lock_order_graph.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ties the parts in graph/ together. Also compiled into the runtime, so neither here nor there may
// be anything that allocates except through Resource, throws, or needs libstdc++.so.
//
// graph/containers.h -> thread_order.h, acquisitions.h, digraph.h -> graph_data.h -> edges.h (which
// edges can lie on a cycle) -> witness_pool.h -> witness_rules.h -> path_witnesses.h (can a path
// become a cycle), witness_search.h (what is wrong with a cycle) -> cycle_judges.h (for
// part_search.h, which walks the paths); component_bounds.h -> cycle_search.h.
#include "model/lock_order_graph.h"

#include <new>

#include "model/graph/cycle_search.h"

namespace lockweave::model {

struct LockOrderGraph::State : graph::GraphData {
  using GraphData::GraphData;
};

LockOrderGraph::LockOrderGraph(Resource& resource) : state_(nullptr), resource_(resource) {
  void* memory = resource.allocate(sizeof(State), alignof(State));
  if (memory != nullptr) state_ = new (memory) State(resource);
}

LockOrderGraph::~LockOrderGraph() {
  if (state_ == nullptr) return;
  state_->~State();
  resource_.deallocate(state_, sizeof(State));
}

void LockOrderGraph::add_acquisition(Id acquisition, Id outer, Id lock, Mode mode, bool trial) {
  if (state_ == nullptr) return;
  state_->lost |= !state_->acquisitions.add(acquisition, outer, lock, mode, trial);
}

void LockOrderGraph::add_observation(Id acquisition, Id thread, std::uint32_t segment) {
  if (state_ == nullptr) return;
  state_->lost |= !state_->acquisitions.add_observation(acquisition, thread, segment);
}

void LockOrderGraph::add_thread(Id thread, Id parent, std::uint32_t parent_segment) {
  if (state_ == nullptr) return;
  state_->lost |= !state_->thread_order.add_thread(thread, parent, parent_segment);
}

void LockOrderGraph::add_join(Id joined, Id by, std::uint32_t segment_after) {
  if (state_ == nullptr) return;
  state_->lost |= !state_->thread_order.add_join(joined, by, segment_after);
}

void LockOrderGraph::add_declared_order(Id before, Id after) {
  if (state_ == nullptr) return;
  if (!state_->acquisitions.know_lock(before) || !state_->acquisitions.know_lock(after)) return;
  state_->lost |= !state_->orders.declare(before, after);
}

void LockOrderGraph::suppress_edge(Id held, Id wanted) {
  if (state_ == nullptr) return;
  state_->lost |= !state_->orders.suppress(held, wanted);
}

LockOrderGraph::Summary LockOrderGraph::find_cycles(Visitor& visitor, const Limits& limits) const {
  Summary summary;
  const bool searched =
      state_ != nullptr && graph::CycleSearch(resource_, *state_, visitor, limits, summary).run();
  if (!searched || state_->lost) ++summary.components_cut;
  return summary;
}

bool LockOrderGraph::happens_before(Id thread_a, std::uint32_t segment_a, Id thread_b,
                                    std::uint32_t segment_b) const {
  if (state_ == nullptr) return thread_a == thread_b && segment_a < segment_b;
  return state_->thread_order.happens_before(thread_a, segment_a, thread_b, segment_b);
}

}  // namespace lockweave::model
