// model/lock_order_graph.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lock-order graph: which lock was wanted while which were held, by whom, and which of its
// cycles can deadlock. Used by the runtime at the end of a process, by the CLI over one or many
// records, and by the analyzer.
//
// What is stored is not edges but acquisitions (record.h): hash-consed chains "wanted after outer".
// An edge held -> wanted exists for every lock on the chain; edges are enumerated by the search
// only, so 500 nested locks cost 500 nodes, not 125 000 edges.
//
// A cycle l1 -> l2 -> ... -> ln -> l1 is reported only if there are witnesses (one acquisition with
// one observation per edge) such that
//   1. threads:  the n observations are by n pairwise different threads;
//   2. gates:    no lock is in two of the witnesses' chains, at least once exclusively
//                (Havelund's Goodlock rule; a gate held shared by both does not protect). The chain
//                counted is what is held before the witness's wanted lock;
//   3. time:     no two observations are ordered by thread creation and join;
//   4. modes:    lockdep's strong-path rule: an edge may not arrive at a lock in shared mode when
//                the next edge leaves from it held in shared mode (readers do not block readers);
//   5. trials:   a try-lock, or one with a time-out, is held (it can be the source of edges) but no
//                edge leads to it: its thread goes on without it.
// Nor does an edge lead to a lock that the chain holds exclusively already (recursion never waits),
// or to an acquisition without a observation: such a one only describes what is held, as after a
// release out of order.
//
// The filter of a cycle that is not reported: demanding the rules one after the other, in the order
// of `Filter`, the first that no choice of witnesses can meet together with those before it. The
// edges shown then carry the first witnesses that meet those before it.
//
// Sources: Havelund, SPIN 2000 (Goodlock); Agarwal, Bensalem et al., PADTAD 2005 (guards, threads,
// segments); Linux Documentation/locking/lockdep-design.rst (strong paths).
//
// Also found: violations of a declared order (annotation), as cycles that use the declared edge,
// which any thread can supply. Cycles of declared edges alone are not visited: nobody did anything.
//
// Locks, threads and acquisitions are named by dense ids the caller chooses (from 1; they index
// arrays).
// Thread-safety: none; the caller serialises.
// Memory: only through `Resource`; so it also runs inside a hook, on the runtime's arena.
// Cost: adding is O(1) amortised. find_cycles: Tarjan's components first (linear in acquisitions).
// A component in which one lock guards everything, or one thread did everything, holds no cycle
// that can be reported and costs no more than that. Elsewhere no cycle is longer than there are
// threads; a depth-first search for simple cycles, shortest first, turns back where a path breaks a
// rule already. It is bounded by `Limits`, counted in steps, so the answer does not depend on the
// machine; what the bounds cut off is counted in `Summary`, never silent.
// Memory: the edges of one component, and about 100 MB for witnesses and what was found out about
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "model/record.h"

namespace lockweave::model {

// Memory for the graph. Plain interface rather than std::pmr so that it needs no libstdc++.so.
// `allocate` returns nullptr when it has no memory: the graph then goes on with what it has and
// counts a cut component.
class Resource {
 public:
  virtual void* allocate(std::size_t bytes, std::size_t alignment) = 0;
  virtual void deallocate(void* memory, std::size_t bytes) = 0;

 protected:
  ~Resource() = default;
};
Resource& heap_resource();  // operator new / delete; not linked into the runtime

class LockOrderGraph {
 public:
  // Why a cycle of the plain graph is not reported.
  enum class Filter : std::uint8_t { none, one_thread, gate_lock, ordered, shared_mode };

  struct Edge {        // of a cycle, with the witness chosen for it
    Id held = 0;       // lock
    Id wanted = 0;     // lock
    Id held_at = 0;    // acquisition that took `held`
    Id wanted_at = 0;  // acquisition that wants `wanted`
    Id thread = 0;
    std::uint32_t segment = 0;
    bool declared = false;  // an order the user declared: no acquisition, no thread
  };
  struct Cycle {
    std::span<const Edge> edges;   // valid during the call; edges[i].wanted == edges[i+1].held
    Filter filter = Filter::none;  // none: reported. Else the reason met by its best witnesses
    Id gate = 0;                   // the common lock when filter == gate_lock
  };
  class Visitor {
   public:
    virtual void on_cycle(const Cycle& cycle) = 0;

   protected:
    ~Visitor() = default;
  };
  struct Limits {
    std::uint32_t cycle_length_max = 16;
    std::uint32_t cycles_max = 1000;      // reported ones, per component
    std::uint64_t steps_max = 8'000'000;  // of the search, per component
    std::uint64_t steps_total_max = 32'000'000;
    std::uint32_t witnesses_tried_max = 4096;  // combinations per cycle and set of rules
    std::uint64_t filtered_steps_max =
        200'000;  // of listing filtered ones; 0: they are not visited
    std::uint64_t filtered_steps_total_max = 1'000'000;
  };
  struct Summary {
    std::uint64_t cycles = 0;           // reported
    std::uint64_t filtered = 0;         // visited, but not reported
    std::uint64_t components_cut = 0;   // components whose search met a limit
    std::uint64_t components_full = 0;  // of those: that met `cycles_max` only
    std::uint64_t filtered_cut = 0;     // components that may hold more filtered ones
    std::uint64_t steps = 0;            // of the search for reported ones
  };

  explicit LockOrderGraph(Resource& resource);
  ~LockOrderGraph();
  LockOrderGraph(const LockOrderGraph&) = delete;
  LockOrderGraph& operator=(const LockOrderGraph&) = delete;

  // Requires: `outer` was added before (0: nothing held). Adding an id twice replaces nothing.
  void add_acquisition(Id acquisition, Id outer, Id lock, Mode mode, bool trial);
  // Requires: `acquisition` was added before.
  void add_observation(Id acquisition, Id thread, std::uint32_t segment);
  // `thread` was created during that segment, and begins after its end.
  void add_thread(Id thread, Id parent, std::uint32_t parent_segment);
  void add_join(Id joined, Id by, std::uint32_t segment_after);
  void add_declared_order(Id before, Id after);
  // Edges from `held` to `wanted` do not count (suppressions remove the edge, not the cycle).
  void suppress_edge(Id held, Id wanted);

  // Visits each simple cycle of locks once (in whatever rotation), component by component: the
  // reported ones first, then the filtered, shortest first. Deterministic for the same sequence of
  // additions.
  Summary find_cycles(Visitor& visitor, const Limits& limits) const;
  Summary find_cycles(Visitor& visitor) const { return find_cycles(visitor, Limits{}); }

  // Did (thread, segment) a end before b began, by creation and join alone?
  bool happens_before(Id thread_a, std::uint32_t segment_a, Id thread_b,
                      std::uint32_t segment_b) const;

 private:
  struct State;
  State* state_;
  Resource& resource_;
};

}  // namespace lockweave::model
