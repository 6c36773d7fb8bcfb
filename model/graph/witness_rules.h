// model/graph/witness_rules.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of lock_order_graph.h for one pair of witnesses; what was found out about a pair of
// locksets or thread segments is remembered.
// Private to the graph. Thread-safety: none. Memory: kMemoMax entries of each kind.
#pragma once

#include "model/graph/witness_pool.h"

namespace lockweave::model::graph {

class WitnessRules {
 public:
  WitnessRules(Resource& resource, GraphData& data)
      : data_(data), marks_(resource), gate_memo_(resource), order_memo_(resource) {}

  // false: out of memory.
  [[nodiscard]] bool prepare() { return marks_.assign(data_.acquisitions.lock_limit(), Mark{}); }

  bool same_thread(const Witness& a, const Witness& b) const {
    return a.thread_segment != 0 && b.thread_segment != 0 &&
           data_.acquisitions.thread_segment(a.thread_segment).thread ==
               data_.acquisitions.thread_segment(b.thread_segment).thread;
  }
  // `to` holds what `from` wants: readers do not block readers.
  static bool blocks(const Witness& from, const Witness& to) {
    return from.wanted_mode == Mode::exclusive || to.held_mode == Mode::exclusive;
  }
  // Of two threads: did creation and join put one before the other?
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
  // The outermost lock of b's lockset that excludes a and b from being there at once; 0: none.
  Id gate_of(std::uint32_t a, std::uint32_t b) {
    if (a == 0 || b == 0) return 0;
    const std::uint64_t key = pair_key(a, b);
    if (const std::uint32_t* found = gate_memo_.find(key)) return *found;
    const Id result = common_gate(a, b);
    remember(gate_memo_, key, result);
    return result;
  }

  std::uint64_t links_walked() const { return links_walked_ + data_.thread_order.links_walked(); }

 private:
  static constexpr std::size_t kMemoMax = std::size_t{1} << 20;

  struct Mark {  // what the lockset being compared holds
    std::uint64_t lookup = 0;
    bool exclusive = false;
  };

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
  static void remember(IdMap& memo, std::uint64_t key, std::uint32_t value) {
    if (memo.size() == kMemoMax) memo.clear();
    (void)memo.insert(key, value);  // without memory it is computed again
  }

  GraphData& data_;
  std::uint64_t links_walked_ = 0;
  Array<Mark> marks_;  // by lock
  std::uint64_t lookup_ = 0;
  IdMap gate_memo_;   // pair of locksets -> lock
  IdMap order_memo_;  // pair of thread segments -> 1: ordered
};

}  // namespace lockweave::model::graph
