// model/graph/witness_pool.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The witnesses of an edge, found when first asked for.
//
// A witness of an edge held -> wanted is an observation of an acquisition of `wanted` whose chain
// holds `held`. Witnesses that no rule can tell apart (same lockset, modes, thread and segment)
// count as one. Those that differ in thread and segment only stand together: a context. Contexts
// seen by the same thread segments have the same `seen_by`, so what was found out about one pair
// of contexts holds for the next.
// Contexts that hold fewer locks come first. A declared order is the last witness of its edge, a
// context of its own.
//
// Private to the graph. Thread-safety: none.
// Memory: an edge keeps kContextsMax contexts of kSegmentsMax thread segments each, the first seen;
// past that its range says `cut`. Past kWitnessesMax in all, `full` asks for `forget`.
// Cost of an edge: the acquisitions of `held`, or the chains of `wanted` where they are shorter.
#pragma once

#include <algorithm>

#include "model/graph/edges.h"

namespace lockweave::model::graph {

struct Witness {
  Id held_at = 0;
  Id wanted_at = 0;                  // 0: a declared order
  std::uint32_t lockset = 0;         // what is held before `wanted`; 0: nothing
  std::uint32_t thread_segment = 0;  // 0: any thread, any time
  std::uint32_t context = 0;         // of the pool
  Mode held_mode = Mode::exclusive;
  Mode wanted_mode = Mode::exclusive;
  bool declared() const { return wanted_at == 0; }
};

class WitnessPool {
 public:
  struct Range {  // all witnesses of one edge
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t context_begin = 0;
    std::uint32_t context_end = 0;
    Id only_thread = 0;
    bool several_threads = false;
    bool observed = false;
    bool cut = false;  // there are more witnesses than are here
  };
  struct Context {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint32_t lockset = 0;
    std::uint32_t seen_by = 0;  // equal: by the same thread segments
    bool declared = false;
  };

  WitnessPool(Resource& resource, GraphData& data, const Edges& edges)
      : data_(data), edges_(edges), witnesses_(resource), contexts_(resource), ranges_(resource),
        range_ids_(resource), seen_by_ids_(resource), pairs_(resource), context_ids_(resource),
        by_context_(resource), context_order_(resource), segment_mark_(resource) {}

  // Every function with a bool: false: out of memory.
  [[nodiscard]] bool prepare() {
    return segment_mark_.assign(data_.acquisitions.thread_segment_count() + 1, 0);
  }

  [[nodiscard]] bool find(Id held, Id wanted, std::uint32_t& range) {
    const std::uint64_t key = pair_key(held, wanted);
    if (const std::uint32_t* found = range_ids_.find(key)) {
      range = *found;
      return true;
    }
    range = static_cast<std::uint32_t>(ranges_.size());
    Range fresh;
    fresh.begin = witnesses_.size();
    fresh.context_begin = static_cast<std::uint32_t>(contexts_.size());
    if (!find_pairs(held, wanted) || !add_contexts(fresh) || !add_declared(held, wanted)) {
      return false;
    }
    fresh.end = witnesses_.size();
    fresh.context_end = static_cast<std::uint32_t>(contexts_.size());
    return ranges_.push(fresh) && range_ids_.insert(key, range);
  }

  // Then all ranges and contexts are to be asked for anew after `forget`.
  bool full() const { return witnesses_.size() > kWitnessesMax; }
  void forget() {
    ++filling_;
    witnesses_.clear();
    contexts_.clear();
    ranges_.clear();
    range_ids_.clear();
    seen_by_ids_.clear();
  }

  std::uint64_t filling() const { return filling_; }  // how often it forgot

  const Range& range(std::uint32_t id) const { return ranges_[id]; }
  const Context& context(std::uint32_t id) const { return contexts_[id]; }
  const Witness& operator[](std::size_t i) const { return witnesses_[i]; }
  std::uint64_t links_walked() const { return links_walked_; }

 private:
  static constexpr std::size_t kWitnessesMax = std::size_t{1} << 20;
  static constexpr std::uint32_t kContextsMax = 1024;
  static constexpr std::size_t kSegmentsMax = 512;

  struct Pair {
    Id held_at;
    Id wanted_at;
    std::uint32_t context;  // of those of the edge
  };

  // ---- which acquisitions ------------------------------------------------------------------
  bool find_pairs(Id held, Id wanted) {
    pairs_.clear();
    context_ids_.clear();
    context_count_ = 0;
    too_many_contexts_ = false;
    const bool suppressed = data_.orders.suppressed(held, wanted);
    if (suppressed) return true;
    return edges_.each_nesting(held, wanted, links_walked_, [this](Id held_at, Id wanted_at) {
      return add_pair(held_at, wanted_at);
    });
  }
  bool add_pair(Id held_at, Id wanted_at) {
    const AcquisitionNode& wanted = data_.acquisitions.node(wanted_at);
    const std::uint32_t lockset = data_.acquisitions.node(wanted.outer).lockset;
    const std::uint64_t key = std::uint64_t{lockset} << 2 | mode_bit(wanted.mode) << 1 |
                              mode_bit(data_.acquisitions.node(held_at).mode);
    if (const std::uint32_t* found = context_ids_.find(key)) {
      return pairs_.push({held_at, wanted_at, *found});
    }
    if (context_count_ == kContextsMax) {
      too_many_contexts_ = true;
      return true;
    }
    return pairs_.push({held_at, wanted_at, context_count_}) &&
           context_ids_.insert(key, context_count_++);
  }
  static std::uint64_t mode_bit(Mode mode) { return mode == Mode::shared ? 1 : 0; }

  // ---- their observations ------------------------------------------------------------------
  bool add_contexts(Range& range) {
    range.cut = too_many_contexts_;
    const auto pair_of_context = [this](const auto& edge) {
      for (std::size_t i = 0; i < pairs_.size(); ++i) edge(pairs_[i].context, static_cast<Node>(i));
    };
    if (!by_context_.build(context_count_, pair_of_context) || !sort_contexts()) return false;
    for (const Node each : context_order_.all()) {
      if (!add_context(by_context_.targets(each), range)) return false;
    }
    return true;
  }
  // Those that hold the fewest locks first: they go with most others, and are told most easily.
  bool sort_contexts() {
    context_order_.clear();
    for (Node each = 0; each < context_count_; ++each) {
      if (!context_order_.push(each)) return false;
    }
    const auto depth = [this](Node context) {
      const Pair& pair = pairs_[by_context_.targets(context).front()];
      const Id outer = data_.acquisitions.node(pair.wanted_at).outer;
      return data_.acquisitions.lockset_depth(data_.acquisitions.node(outer).lockset);
    };
    const std::span<Node> order = context_order_.all();
    std::sort(order.begin(), order.end(), [&depth](Node a, Node b) {
      return depth(a) != depth(b) ? depth(a) < depth(b) : a < b;
    });
    return true;
  }
  bool add_context(std::span<const Node> pairs, Range& range) {
    ++mark_;
    Context fresh;
    fresh.begin = witnesses_.size();
    for (const Node each : pairs) {
      if (!add_observations(pairs_[each], fresh, range)) return false;
    }
    fresh.end = witnesses_.size();
    return name_seen_by(fresh) && contexts_.push(fresh);
  }
  bool add_observations(const Pair& pair, Context& context, Range& range) {
    const AcquisitionNode& wanted = data_.acquisitions.node(pair.wanted_at);
    Witness witness;
    witness.held_at = pair.held_at;
    witness.wanted_at = pair.wanted_at;
    witness.lockset = context.lockset = data_.acquisitions.node(wanted.outer).lockset;
    witness.held_mode = data_.acquisitions.node(pair.held_at).mode;
    witness.wanted_mode = wanted.mode;
    witness.context = static_cast<std::uint32_t>(contexts_.size());
    for (std::uint32_t i = wanted.first_observation; i != 0;) {
      const ObservationNode& observation = data_.acquisitions.observation(i);
      witness.thread_segment = observation.thread_segment;
      i = observation.next;
      ++links_walked_;
      if (segment_mark_[witness.thread_segment] == mark_) continue;
      segment_mark_[witness.thread_segment] = mark_;
      note_thread(range, data_.acquisitions.thread_segment(witness.thread_segment).thread);
      if (witnesses_.size() - context.begin == kSegmentsMax) {
        range.cut = true;
        return true;
      }
      if (!witnesses_.push(witness)) return false;
    }
    return true;
  }
  static void note_thread(Range& range, Id thread) {
    if (range.observed && range.only_thread != thread) range.several_threads = true;
    range.only_thread = thread;
    range.observed = true;
  }
  // Contexts with the same thread segments in the same order get the name of the first of them.
  bool name_seen_by(Context& context) {
    std::uint64_t hash = 0;
    for (std::size_t i = context.begin; i < context.end; ++i) {
      hash = (hash ^ witnesses_[i].thread_segment) * 0x9E3779B97F4A7C15u;
      hash ^= hash >> 32;
    }
    context.seen_by = static_cast<std::uint32_t>(contexts_.size());
    const std::uint32_t* first = seen_by_ids_.find(hash);
    if (first == nullptr) return seen_by_ids_.insert(hash, context.seen_by);
    if (same_segments(contexts_[*first], context)) context.seen_by = *first;
    return true;
  }
  bool same_segments(const Context& a, const Context& b) const {
    if (a.end - a.begin != b.end - b.begin) return false;
    for (std::size_t i = 0; i < a.end - a.begin; ++i) {
      if (witnesses_[a.begin + i].thread_segment != witnesses_[b.begin + i].thread_segment) {
        return false;
      }
    }
    return true;
  }
  bool add_declared(Id held, Id wanted) {
    if (!data_.orders.declared(held, wanted)) return true;
    Witness witness;
    witness.context = static_cast<std::uint32_t>(contexts_.size());
    const std::size_t at = witnesses_.size();
    return witnesses_.push(witness) &&
           contexts_.push({at, at + 1, 0, witness.context, /*declared=*/true});
  }

  GraphData& data_;
  const Edges& edges_;
  Array<Witness> witnesses_;
  Array<Context> contexts_;
  Array<Range> ranges_;
  IdMap range_ids_;    // (held, wanted) -> index of ranges_
  IdMap seen_by_ids_;  // hash of thread segments -> the first context with them
  std::uint64_t filling_ = 0;
  std::uint64_t links_walked_ = 0;

  // Of the edge being collected.
  Array<Pair> pairs_;
  IdMap context_ids_;
  Digraph by_context_;
  Array<Node> context_order_;
  std::uint32_t context_count_ = 0;
  bool too_many_contexts_ = false;
  Array<std::uint64_t> segment_mark_;  // by thread segment: mark_ of the last context that has it
  std::uint64_t mark_ = 0;
};

}  // namespace lockweave::model::graph
