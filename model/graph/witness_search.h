// model/graph/witness_search.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Judges one cycle of locks: can its edges be supplied at the same time?
//
// One witness per edge is chosen by backtracking, so that all pairs satisfy the rules of
// lock_order_graph.h. The rules are demanded cumulatively, in the order of `Filter`:
//     all four -> reported; else threads, gates and time -> shared_mode; else threads and gates ->
//     ordered; else threads alone -> gate_lock; else one_thread.
// So the filter is the first rule that cannot be met together with those before it, and the
// witnesses shown are the first that meet all those before it.
// A declared order is the last witness of its edge: every thread can supply it.
//
// Private to the graph. Thread-safety: none. What the limits cut off is told by `exhausted`.
#pragma once

#include "model/graph/witness_rules.h"

namespace lockweave::model::graph {

class WitnessSearch {
 public:
  using Filter = LockOrderGraph::Filter;
  struct Verdict {
    Filter filter = Filter::none;
    Id gate = 0;
    bool observed = true;    // false: declared orders contradict each other, nobody did anything
    bool exhausted = false;  // a limit was met: better witnesses may exist
  };

  WitnessSearch(Resource& resource, WitnessPool& pool, WitnessRules& rules)
      : pool_(pool), rules_(rules), ring_(resource), cursor_(resource) {}

  // The ring is locks[0] -> locks[1] -> ... -> locks[0]. false: out of memory.
  [[nodiscard]] bool judge(std::span<const Id> locks, std::uint32_t tries_max, Verdict& verdict) {
    tries_max_ = tries_max;
    verdict = {};
    if (!collect(locks)) return false;
    for (std::size_t i = 0; i < ring_.size(); ++i) verdict.exhausted |= range(i).cut;
    if (!observed()) {
      verdict.observed = false;
    } else if (one_thread_only()) {
      verdict.filter = Filter::one_thread;
      rewind();
    } else {
      verdict.filter = strongest(verdict.exhausted);
      if (verdict.filter == Filter::gate_lock) verdict.gate = first_gate();
    }
    return true;
  }

  // The witness chosen for edge i by the last `judge`.
  const Witness& chosen(std::size_t edge) const { return pool_[cursor_[edge]]; }
  std::uint64_t comparisons() const { return comparisons_; }

 private:
  static constexpr std::uint32_t kSameThreadPerTry = 64;  // such pairs are rejected very cheaply

  bool collect(std::span<const Id> locks) {
    if (pool_.full()) pool_.forget();
    ring_.clear();
    cursor_.clear();
    for (std::size_t i = 0; i < locks.size(); ++i) {
      const Id wanted = locks.data()[i + 1 == locks.size() ? 0 : i + 1];
      std::uint32_t range = 0;
      if (!pool_.find(locks.data()[i], wanted, range)) return false;
      if (!ring_.push(range) || !cursor_.push(pool_.range(range).begin)) return false;
    }
    return true;
  }

  // ---- backtracking --------------------------------------------------------------------------
  const WitnessPool::Range& range(std::size_t edge) const { return pool_.range(ring_[edge]); }
  const Witness& at(std::size_t edge) const { return pool_[cursor_[edge]]; }

  void rewind() {
    for (std::size_t i = 0; i < ring_.size(); ++i) cursor_[i] = range(i).begin;
  }
  bool observed() const {
    for (std::size_t i = 0; i < ring_.size(); ++i) {
      if (range(i).observed) return true;
    }
    return false;
  }
  // Two edges that one and the same thread alone can supply: no search is needed.
  bool one_thread_only() const {
    for (std::size_t i = 0; i < ring_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (single(i) && single(j) && range(i).only_thread == range(j).only_thread) return true;
      }
    }
    return false;
  }
  bool single(std::size_t edge) const {
    const WitnessPool::Range& r = range(edge);
    return r.observed && !r.several_threads && !pool_[r.end - 1].declared();
  }

  Filter strongest(bool& exhausted) {
    if (satisfy(Filter::none, exhausted)) return Filter::none;
    if (satisfy(Filter::shared_mode, exhausted)) return Filter::shared_mode;
    if (satisfy(Filter::ordered, exhausted)) return Filter::ordered;
    if (satisfy(Filter::gate_lock, exhausted)) return Filter::gate_lock;
    rewind();
    return Filter::one_thread;
  }
  // Finds witnesses that meet all rules before `demand` (all rules: Filter::none).
  bool satisfy(Filter demand, bool& exhausted) {
    std::uint64_t allowance = std::uint64_t{tries_max_} * kSameThreadPerTry;
    rewind();
    for (std::size_t edge = 0; edge < ring_.size();) {
      if (cursor_[edge] == range(edge).end) {
        if (edge == 0) return false;
        cursor_[edge] = range(edge).begin;
        ++cursor_[--edge];
      } else if (allowance == 0) {
        exhausted = true;
        return false;
      } else if (fits(edge, demand, allowance)) {
        ++edge;
      } else {
        ++cursor_[edge];
      }
    }
    return true;
  }
  // Does the witness at `edge` go with those chosen for the edges before it?
  bool fits(std::size_t edge, Filter demand, std::uint64_t& allowance) {
    --allowance;
    ++comparisons_;
    for (std::size_t other = 0; other < edge; ++other) {
      if (rules_.same_thread(at(other), at(edge))) return false;
    }
    if (edge == 0) return true;
    allowance -= allowance < kSameThreadPerTry ? allowance : kSameThreadPerTry - 1;
    return demand == Filter::gate_lock || fits_more(edge, demand);
  }
  bool fits_more(std::size_t edge, Filter demand) {
    for (std::size_t other = 0; other < edge; ++other) {
      if (rules_.gate_of(at(other).lockset, at(edge).lockset) != 0) return false;
      if (demand != Filter::ordered && rules_.ordered(at(other), at(edge))) return false;
    }
    return demand != Filter::none || blocks_neighbours(edge);
  }
  bool blocks_neighbours(std::size_t edge) const {
    if (!WitnessRules::blocks(at(edge - 1), at(edge))) return false;
    return edge + 1 != ring_.size() || WitnessRules::blocks(at(edge), at(0));
  }

  Id first_gate() {
    for (std::size_t i = 1; i < ring_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (const Id gate = rules_.gate_of(at(j).lockset, at(i).lockset); gate != 0) return gate;
      }
    }
    return 0;
  }
  WitnessPool& pool_;
  WitnessRules& rules_;
  std::uint32_t tries_max_ = 0;
  std::uint64_t comparisons_ = 0;
  Array<std::uint32_t> ring_;  // edge of the cycle -> range of the pool
  Array<std::size_t> cursor_;  // edge of the cycle -> witness of the pool
};

}  // namespace lockweave::model::graph
