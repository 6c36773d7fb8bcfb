// model/graph/path_witnesses.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keeps a choice of witnesses for a path that grows and shrinks edge by edge, so that the search
// follows no path that can never become a cycle that can deadlock: all rules but the one of modes
// speak of pairs, so what a path breaks, every cycle along it breaks.
//
// Before single witnesses are tried the edges are compared as wholes: is there any pair of contexts
// without a common gate, seen by two threads that may run at once? The answer is remembered.
// The choice kept is always the first in the order of the pool, so it does not depend on the paths
// tried before.
//
// Private to the graph. Thread-safety: none.
#pragma once

#include "model/graph/witness_rules.h"

namespace lockweave::model::graph {

class PathWitnesses {
 public:
  enum class Fit : std::uint8_t {
    yes,
    no,
    unknown,  // too many choices to try, or not all witnesses are known
    no_memory,
  };

  PathWitnesses(Resource& resource, WitnessPool& pool, WitnessRules& rules)
      : pool_(pool), rules_(rules), path_(resource), cursors_(resource), cursor_(resource),
        edge_memo_(resource), next_edge_memo_(resource), context_memo_(resource) {}

  void clear() {
    path_.clear();
    cursors_.clear();
  }
  std::size_t size() const { return path_.size(); }
  void pop() {
    const std::size_t edges = path_.size();
    for (std::size_t i = 0; i < edges; ++i) cursors_.pop();
    path_.pop();
  }

  // Adds an edge if the answer is `yes`. `closes`: it leads back to the path's first lock.
  Fit push(Id held, Id wanted, bool closes, std::uint64_t tries_max) {
    if (pool_.full()) pool_.forget();
    if (filling_ != pool_.filling() && !start_again()) return Fit::no_memory;
    Edge edge{held, wanted, 0};
    if (!pool_.find(held, wanted, edge.range)) return Fit::no_memory;
    if (!path_.push(edge)) return Fit::no_memory;
    Fit fit = Fit::no_memory;
    if (cursor_.assign(path_.size(), 0)) {
      fit = goes_with_others(closes) ? settle(closes, tries_max) : Fit::no;
      if (fit == Fit::no && some_cut()) fit = Fit::unknown;
      if (fit == Fit::yes && !keep_cursors()) fit = Fit::no_memory;
    }
    if (fit != Fit::yes) path_.pop();
    return fit;
  }

  const Witness& chosen(std::size_t edge) const {
    return pool_[range(edge).begin + cursors_[cursors_.size() - path_.size() + edge]];
  }
  // Did anybody do a part of it? Else declared orders contradict each other.
  bool observed() const {
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (range(i).observed) return true;
    }
    return false;
  }
  std::uint64_t comparisons() const { return comparisons_; }

 private:
  struct Edge {
    Id held;
    Id wanted;
    std::uint32_t range;
  };

  const WitnessPool::Range& range(std::size_t edge) const { return pool_.range(path_[edge].range); }
  const Witness& at(std::size_t edge) const { return pool_[range(edge).begin + cursor_[edge]]; }
  std::size_t end(std::size_t edge) const { return range(edge).end - range(edge).begin; }

  bool keep_cursors() {
    const std::size_t before = cursors_.size();
    for (const std::size_t cursor : cursor_.all()) {
      if (cursors_.push(cursor)) continue;
      while (cursors_.size() > before) cursors_.pop();
      return false;
    }
    return true;
  }
  bool some_cut() const {
    for (std::size_t i = 0; i < path_.size(); ++i) {
      if (range(i).cut) return true;
    }
    return false;
  }
  // Cursors count from the begin of their range, and collecting is deterministic: they stay right.
  bool start_again() {
    filling_ = pool_.filling();
    edge_memo_.clear();
    next_edge_memo_.clear();
    context_memo_.clear();
    for (Edge& edge : path_.all()) {
      if (!pool_.find(edge.held, edge.wanted, edge.range)) return false;
    }
    return true;
  }

  // ---- edges as wholes -------------------------------------------------------------------------
  bool goes_with_others(bool closes) {
    const std::size_t last = path_.size() - 1;
    if (last == 0) return true;
    if (!edges_go(path_[last - 1].range, path_[last].range, /*follows=*/true)) return false;
    if (closes && !edges_go(path_[last].range, path_[0].range, /*follows=*/true)) return false;
    for (std::size_t i = 0; i + 1 < last; ++i) {
      if (!edges_go(path_[i].range, path_[last].range, /*follows=*/false)) return false;
    }
    return true;
  }
  // `follows`: b begins where a ends.
  bool edges_go(std::uint32_t a, std::uint32_t b, bool follows) {
    IdMap& memo = follows ? next_edge_memo_ : edge_memo_;
    const std::uint64_t key = pair_key(a, b);
    if (const std::uint32_t* found = memo.find(key)) return *found != 0;
    const bool go = any_contexts_go(pool_.range(a), pool_.range(b), follows);
    remember(memo, key, go);
    return go;
  }
  bool any_contexts_go(const WitnessPool::Range& a, const WitnessPool::Range& b, bool follows) {
    for (std::uint32_t i = a.context_begin; i < a.context_end; ++i) {
      const Witness& from = pool_[pool_.context(i).begin];
      for (std::uint32_t j = b.context_begin; j < b.context_end; ++j) {
        const Witness& to = pool_[pool_.context(j).begin];
        if (follows && !WitnessRules::blocks(from, to)) continue;
        if (contexts_go(i, j)) return true;
      }
    }
    return false;
  }
  bool contexts_go(std::uint32_t a, std::uint32_t b) {
    ++comparisons_;
    const WitnessPool::Context& first = pool_.context(a);
    const WitnessPool::Context& second = pool_.context(b);
    if (first.declared || second.declared) return true;
    if (rules_.gate_of(first.lockset, second.lockset) != 0) return false;
    const std::uint64_t key = pair_key(first.seen_by, second.seen_by);
    if (const std::uint32_t* found = context_memo_.find(key)) return *found != 0;
    const bool go = any_threads_go(first, second);
    remember(context_memo_, key, go);
    return go;
  }
  bool any_threads_go(const WitnessPool::Context& a, const WitnessPool::Context& b) {
    for (std::size_t i = a.begin; i < a.end; ++i) {
      for (std::size_t j = b.begin; j < b.end; ++j) {
        ++comparisons_;
        if (!rules_.same_thread(pool_[i], pool_[j]) && !rules_.ordered(pool_[i], pool_[j])) {
          return true;
        }
      }
    }
    return false;
  }
  static void remember(IdMap& memo, std::uint64_t key, bool value) {
    if (memo.size() == kMemoMax) memo.clear();
    (void)memo.insert(key, value ? 1 : 0);  // without memory it is found out again
  }

  // ---- one witness for each --------------------------------------------------------------------
  // The first choice in the order of the pool, from the one kept for the edges before the last.
  Fit settle(bool closes, std::uint64_t tries_max) {
    const std::size_t from = path_.size() - 1;
    for (std::size_t i = 0; i < from; ++i) cursor_[i] = cursors_[cursors_.size() - from + i];
    std::uint64_t allowance = tries_max * kCheapPerTry;
    for (std::size_t edge = from; edge < path_.size();) {
      if (cursor_[edge] == end(edge)) {
        if (edge == 0) return Fit::no;
        cursor_[edge] = 0;
        ++cursor_[--edge];
      } else if (allowance == 0) {
        return Fit::unknown;
      } else if (fits(edge, closes, allowance)) {
        ++edge;
      } else {
        step(edge);
      }
    }
    return Fit::yes;
  }
  // To the next witness; past those of the context when the context itself does not go.
  void step(std::size_t edge) {
    if (!skip_context_) {
      ++cursor_[edge];
      return;
    }
    cursor_[edge] = pool_.context(at(edge).context).end - range(edge).begin;
  }
  // Does the witness at `edge` go with those chosen for the edges before it?
  bool fits(std::size_t edge, bool closes, std::uint64_t& allowance) {
    skip_context_ = false;
    --allowance;
    ++comparisons_;
    const Witness& here = at(edge);
    for (std::size_t other = 0; other < edge; ++other) {
      if (rules_.same_thread(at(other), here)) return false;
    }
    if (edge == 0) return true;
    allowance -= allowance < kCheapPerTry ? allowance : kCheapPerTry - 1;
    for (std::size_t other = 0; other < edge; ++other) {
      if (!contexts_go(at(other).context, here.context)) {
        skip_context_ = true;
        return false;
      }
      if (rules_.ordered(at(other), here)) return false;
    }
    skip_context_ = !WitnessRules::blocks(at(edge - 1), here) ||
                    (closes && edge + 1 == path_.size() && !WitnessRules::blocks(here, at(0)));
    return !skip_context_;
  }

  static constexpr std::size_t kMemoMax = std::size_t{1} << 20;
  static constexpr std::uint64_t kCheapPerTry = 64;  // a pair of one thread is rejected at once

  WitnessPool& pool_;
  WitnessRules& rules_;
  std::uint64_t filling_ = 0;  // of the pool, that ranges and memos are of
  std::uint64_t comparisons_ = 0;
  bool skip_context_ = false;
  Array<Edge> path_;
  Array<std::size_t> cursors_;  // of the path's first edge, of its first two, ... of all
  Array<std::size_t> cursor_;   // being settled; counted from the begin of the edge's range
  IdMap edge_memo_;             // pair of ranges -> 1: they go together
  IdMap next_edge_memo_;        // the same, the second follows the first in the ring
  IdMap context_memo_;          // pair of `seen_by` -> 1: two threads that may run at once
};

}  // namespace lockweave::model::graph
