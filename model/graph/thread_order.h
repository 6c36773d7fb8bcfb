// model/graph/thread_order.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What thread creation and join alone say about time. A child begins after the end of the segment
// that created it; after a join, everything the joined thread did is over.
//
// A question is answered by walking backwards from the later moment: for each thread met, the last
// segment known to be over. Segments only grow during the walk, so it ends on any input.
// Cost of a question: the threads and joins that lie before the later moment; questions about the
// same later moment, asked in a row, share one walk.
// Private to the graph. Thread-safety: none, questions use scratch memory.
#pragma once

#include "model/graph/containers.h"

namespace lockweave::model::graph {

class ThreadOrder {
 public:
  explicit ThreadOrder(Resource& resource)
      : threads_(resource), joins_(resource), open_(resource) {}

  bool add_thread(Id thread, Id parent, std::uint32_t parent_segment) {
    walking_ = false;
    if (!know(thread) || !know(parent)) return false;
    Thread& entry = threads_[thread];
    if (entry.parent != 0) return true;
    entry.parent = parent;
    entry.parent_segment = parent_segment;
    return true;
  }

  bool add_join(Id joined, Id by, std::uint32_t segment_after) {
    walking_ = false;
    if (!know(joined) || !know(by)) return false;
    if (!joins_.push({joined, segment_after, threads_[by].last_join})) return false;
    threads_[by].last_join = static_cast<std::uint32_t>(joins_.size());
    return true;
  }

  // Did segment `segment_a` of thread `a` end before segment `segment_b` of thread `b` began?
  bool happens_before(Id a, std::uint32_t segment_a, Id b, std::uint32_t segment_b) {
    if (a == b) return segment_a < segment_b;
    if (a >= threads_.size() || b >= threads_.size()) return false;
    if (!walking_ || b != later_ || segment_b != later_segment_) begin(b, segment_b);
    while (!open_.empty() && !over(threads_[a], segment_a)) {
      const Id thread = open_.back();
      open_.pop();
      expand(threads_[thread], threads_[thread].over_until);
    }
    return over(threads_[a], segment_a);
  }

  std::uint64_t links_walked() const { return links_walked_; }

 private:
  static constexpr std::uint32_t kWholeLife = 0xFFFFFFFF;

  struct Thread {
    Id parent = 0;
    std::uint32_t parent_segment = 0;
    std::uint32_t last_join = 0;   // index + 1 into joins_ of the last join it performed
    std::uint32_t over_until = 0;  // of the question `asked`: this and earlier segments are over
    std::uint64_t asked = 0;
  };
  struct Join {
    Id joined;
    std::uint32_t segment_after;
    std::uint32_t previous;  // of the same joiner; index + 1, 0: none
  };

  bool know(Id thread) {
    return thread < threads_.size() || threads_.resize(std::size_t{thread} + 1, Thread{});
  }
  void begin(Id later, std::uint32_t segment) {
    ++question_;
    walking_ = true;
    later_ = later;
    later_segment_ = segment;
    open_.clear();
    expand(threads_[later], segment);
  }
  bool over(const Thread& thread, std::uint32_t segment) const {
    return thread.asked == question_ && segment <= thread.over_until;
  }
  void reach(Id id, std::uint32_t segment) {
    Thread& thread = threads_[id];
    if (over(thread, segment)) return;
    thread.asked = question_;
    thread.over_until = segment;
    if (!open_.push(id)) open_.clear();  // out of memory: the answer is then "not ordered"
  }
  // What is over when `segment` of `thread` begins.
  void expand(const Thread& thread, std::uint32_t segment) {
    ++links_walked_;
    if (thread.parent != 0) reach(thread.parent, thread.parent_segment);
    for (std::uint32_t i = thread.last_join; i != 0; i = joins_[i - 1].previous) {
      ++links_walked_;
      if (joins_[i - 1].segment_after <= segment) reach(joins_[i - 1].joined, kWholeLife);
    }
  }

  Array<Thread> threads_;  // by id
  Array<Join> joins_;
  Array<Id> open_;  // scratch: threads to expand
  std::uint64_t question_ = 0;
  bool walking_ = false;  // the walk of `question_` holds, and can go on
  Id later_ = 0;          // from where it goes backwards
  std::uint32_t later_segment_ = 0;
  std::uint64_t links_walked_ = 0;
};

}  // namespace lockweave::model::graph
