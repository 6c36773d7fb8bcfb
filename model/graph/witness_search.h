// model/graph/witness_search.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Judges one cycle of locks: can its edges be supplied at the same time?
//
// A witness of an edge held -> wanted is a observation of an acquisition of `wanted` whose chain holds
// `held`. Witnesses that no rule can tell apart (same lockset, modes, thread and segment) count as
// one.
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

#include "model/graph/graph_data.h"

namespace lockweave::model::graph {

struct Witness {
  Id held_at = 0;
  Id wanted_at = 0;                  // 0: a declared order
  std::uint32_t lockset = 0;         // what is held before `wanted`; 0: nothing
  std::uint32_t thread_segment = 0;  // 0: any thread, any time
  Mode held_mode = Mode::exclusive;
  Mode wanted_mode = Mode::exclusive;
  bool declared() const { return wanted_at == 0; }
};

class WitnessSearch {
 public:
  using Filter = LockOrderGraph::Filter;
  struct Verdict {
    Filter filter = Filter::none;
    Id gate = 0;
    bool observed = true;    // false: declared orders contradict each other, nobody did anything
    bool exhausted = false;  // a limit was met: better witnesses may exist
  };

  // `waiting`: lock -> the acquisitions of it that can wait.
  WitnessSearch(Resource& resource, GraphData& data, const Digraph& waiting)
      : data_(data), waiting_(waiting), pool_(resource), ranges_(resource), range_ids_(resource),
        ring_(resource), cursor_(resource), marks_(resource), gate_memo_(resource),
        order_memo_(resource) {}

  [[nodiscard]] bool prepare() { return marks_.assign(data_.acquisitions.lock_limit(), Mark{}); }

  // The ring is locks[0] -> locks[1] -> ... -> locks[0]. false: out of memory.
  [[nodiscard]] bool judge(std::span<const Id> locks, std::uint32_t tries_max, Verdict& verdict) {
    tries_max_ = tries_max;
    verdict = {};
    if (!collect(locks)) return false;
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
  // Work done so far: witnesses compared, and chain links walked for that.
  std::uint64_t comparisons() const { return comparisons_; }
  std::uint64_t links_walked() const { return links_walked_; }

 private:
  static constexpr std::uint32_t kSameThreadPerTry = 64;  // such pairs are rejected very cheaply
  static constexpr std::size_t kMemoMax = std::size_t{1} << 20;

  struct Range {  // of pool_: all witnesses of one edge
    std::size_t begin = 0;
    std::size_t end = 0;
    Id only_thread = 0;
    bool several_threads = false;
    bool observed = false;
  };
  struct Mark {  // what the lockset being compared holds
    std::uint64_t lookup = 0;
    bool exclusive = false;
  };

  // ---- witnesses of an edge, found once ------------------------------------------------------
  bool collect(std::span<const Id> locks) {
    ring_.clear();
    cursor_.clear();
    for (std::size_t i = 0; i < locks.size(); ++i) {
      const Id wanted = locks.data()[i + 1 == locks.size() ? 0 : i + 1];
      std::uint32_t range = 0;
      if (!range_of(locks.data()[i], wanted, range)) return false;
      if (!ring_.push(range) || !cursor_.push(ranges_[range].begin)) return false;
    }
    return true;
  }
  bool range_of(Id held, Id wanted, std::uint32_t& range) {
    const std::uint64_t key = pair_key(held, wanted);
    if (const std::uint32_t* found = range_ids_.find(key)) {
      range = *found;
      return true;
    }
    range = static_cast<std::uint32_t>(ranges_.size());
    Range fresh{pool_.size(), pool_.size()};
    if (!collect_edge(held, wanted, fresh)) return false;
    fresh.end = pool_.size();
    return ranges_.push(fresh) && range_ids_.insert(key, range);
  }
  bool collect_edge(Id held, Id wanted, Range& range) {
    IdMap known(pool_.resource());
    for (const Id acquisition : waiting_.targets(wanted)) {
      Id link = data_.acquisitions.node(acquisition).outer;
      for (; link != 0; link = data_.acquisitions.node(link).outer) {
        ++links_walked_;
        if (data_.acquisitions.node(link).lock != held) continue;
        if (!collect_observations(link, acquisition, range, known)) return false;
      }
    }
    return !data_.orders.declared(held, wanted) || pool_.push(Witness{});
  }
  bool collect_observations(Id held_at, Id wanted_at, Range& range, IdMap& known) {
    const AcquisitionNode& wanted = data_.acquisitions.node(wanted_at);
    Witness witness;
    witness.held_at = held_at;
    witness.wanted_at = wanted_at;
    witness.lockset = data_.acquisitions.node(wanted.outer).lockset;
    witness.held_mode = data_.acquisitions.node(held_at).mode;
    witness.wanted_mode = wanted.mode;
    for (std::uint32_t i = wanted.first_observation; i != 0;) {
      const ObservationNode& observation = data_.acquisitions.observation(i);
      witness.thread_segment = observation.thread_segment;
      i = observation.next;
      if (known.contains(kind_of(witness))) continue;
      if (!known.insert(kind_of(witness), 0) || !pool_.push(witness)) return false;
      note_thread(range, data_.acquisitions.thread_segment(witness.thread_segment).thread);
    }
    return true;
  }
  static void note_thread(Range& range, Id thread) {
    if (range.observed && range.only_thread != thread) range.several_threads = true;
    range.only_thread = thread;
    range.observed = true;
  }
  // Equal for witnesses of one edge that no rule can tell apart. Exact up to 2^30 locksets.
  static std::uint64_t kind_of(const Witness& witness) {
    const std::uint64_t modes = (witness.held_mode == Mode::shared ? 2u : 0u) |
                                (witness.wanted_mode == Mode::shared ? 1u : 0u);
    return std::uint64_t{witness.lockset} << 34 | std::uint64_t{witness.thread_segment} << 2 |
           modes;
  }

  // ---- backtracking --------------------------------------------------------------------------
  const Range& range(std::size_t edge) const { return ranges_[ring_[edge]]; }
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
    const Range& r = range(edge);
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
      if (same_thread(at(other), at(edge))) return false;
    }
    if (edge == 0) return true;
    allowance -= allowance < kSameThreadPerTry ? allowance : kSameThreadPerTry - 1;
    return demand == Filter::gate_lock || fits_more(edge, demand);
  }
  bool fits_more(std::size_t edge, Filter demand) {
    for (std::size_t other = 0; other < edge; ++other) {
      if (gate_of(at(other), at(edge)) != 0) return false;
      if (demand != Filter::ordered && ordered(at(other), at(edge))) return false;
    }
    return demand != Filter::none || blocks_neighbours(edge);
  }
  bool blocks_neighbours(std::size_t edge) const {
    if (!blocks(at(edge - 1), at(edge))) return false;
    return edge + 1 != ring_.size() || blocks(at(edge), at(0));
  }

  // ---- the rules, for one pair ---------------------------------------------------------------
  bool same_thread(const Witness& a, const Witness& b) const {
    return a.thread_segment != 0 && b.thread_segment != 0 &&
           data_.acquisitions.thread_segment(a.thread_segment).thread ==
               data_.acquisitions.thread_segment(b.thread_segment).thread;
  }
  // `to` holds what `from` wants: readers do not block readers.
  static bool blocks(const Witness& from, const Witness& to) {
    return from.wanted_mode == Mode::exclusive || to.held_mode == Mode::exclusive;
  }
  bool ordered(const Witness& a, const Witness& b) {
    if (a.thread_segment == 0 || b.thread_segment == 0) return false;
    const std::uint64_t key = pair_key(a.thread_segment, b.thread_segment);
    if (const std::uint32_t* found = order_memo_.find(key)) return *found != 0;
    const ThreadSegment& first = data_.acquisitions.thread_segment(a.thread_segment);
    const ThreadSegment& second = data_.acquisitions.thread_segment(b.thread_segment);
    const bool result = data_.thread_order.happens_before(first.thread, first.segment,
                                                          second.thread, second.segment) ||
                        data_.thread_order.happens_before(second.thread, second.segment,
                                                          first.thread, first.segment);
    remember(order_memo_, key, result ? 1 : 0);
    return result;
  }
  // The outermost lock of b's that excludes a and b from being there at once; 0: none.
  Id gate_of(const Witness& a, const Witness& b) {
    if (a.lockset == 0 || b.lockset == 0) return 0;
    const std::uint64_t key = pair_key(a.lockset, b.lockset);
    if (const std::uint32_t* found = gate_memo_.find(key)) return *found;
    const Id result = common_gate(a.lockset, b.lockset);
    remember(gate_memo_, key, result);
    return result;
  }
  Id common_gate(std::uint32_t a, std::uint32_t b) {
    ++lookup_;
    for (; a != 0; a = data_.acquisitions.lockset(a).outer) mark(data_.acquisitions.lockset(a));
    Id gate = 0;
    for (; b != 0; b = data_.acquisitions.lockset(b).outer) {
      ++links_walked_;
      const Lockset& held = data_.acquisitions.lockset(b);
      const Mark& other = marks_[held.lock];
      if (other.lookup != lookup_) continue;
      if (other.exclusive || held.mode == Mode::exclusive) gate = held.lock;
    }
    return gate;
  }
  void mark(const Lockset& held) {
    ++links_walked_;
    Mark& entry = marks_[held.lock];
    if (entry.lookup != lookup_) entry = {lookup_, false};
    if (held.mode == Mode::exclusive) entry.exclusive = true;
  }
  Id first_gate() {
    for (std::size_t i = 1; i < ring_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (const Id gate = gate_of(at(j), at(i)); gate != 0) return gate;
      }
    }
    return 0;
  }
  static void remember(IdMap& memo, std::uint64_t key, std::uint32_t value) {
    if (memo.size() == kMemoMax) memo.clear();
    (void)memo.insert(key, value);  // without memory it is computed again
  }

  GraphData& data_;
  const Digraph& waiting_;
  std::uint32_t tries_max_ = 0;
  std::uint64_t comparisons_ = 0;
  std::uint64_t links_walked_ = 0;
  Array<Witness> pool_;
  Array<Range> ranges_;
  IdMap range_ids_;            // (held, wanted) -> index of ranges_
  Array<std::uint32_t> ring_;  // edge of the cycle -> index of ranges_
  Array<std::size_t> cursor_;  // edge of the cycle -> index of pool_
  Array<Mark> marks_;          // by lock
  std::uint64_t lookup_ = 0;
  IdMap gate_memo_;   // pair of locksets -> lock
  IdMap order_memo_;  // pair of thread segments -> 1: ordered
};

}  // namespace lockweave::model::graph
