// model/graph/graph_data.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All that was added to a lock-order graph.
// Private to the graph. Thread-safety: none.
#pragma once

#include "model/graph/acquisitions.h"
#include "model/graph/digraph.h"
#include "model/graph/thread_order.h"

namespace lockweave::model::graph {

// Declared orders and suppressed edges: what people say about pairs of locks.
class Orders {
 public:
  explicit Orders(Resource& resource)
      : declared_(resource), declared_pairs_(resource), suppressed_(resource) {}

  struct Declared {
    Id before;
    Id after;
  };

  bool declare(Id before, Id after) {
    const std::uint64_t key = pair_key(before, after);
    if (before == after || declared_pairs_.contains(key)) return true;
    return declared_pairs_.insert(key, 0) && declared_.push({before, after});
  }
  bool suppress(Id held, Id wanted) {
    const std::uint64_t key = pair_key(held, wanted);
    return suppressed_.contains(key) || suppressed_.insert(key, 0);
  }
  std::span<const Declared> all_declared() const { return declared_.all(); }
  bool declared(Id before, Id after) const {
    return declared_pairs_.contains(pair_key(before, after));
  }
  bool suppressed(Id held, Id wanted) const { return suppressed_.contains(pair_key(held, wanted)); }

 private:
  Array<Declared> declared_;
  IdMap declared_pairs_;
  IdMap suppressed_;
};

struct GraphData {
  explicit GraphData(Resource& resource)
      : acquisitions(resource), thread_order(resource), orders(resource) {}

  Acquisitions acquisitions;
  ThreadOrder thread_order;
  Orders orders;
  bool lost = false;  // an addition was lost for want of memory
};

}  // namespace lockweave::model::graph
