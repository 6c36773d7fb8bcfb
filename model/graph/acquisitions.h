// model/graph/acquisitions.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The acquisitions given to the graph, their observations, and two things hash-consed from them so
// that the search compares numbers instead of chains:
//   lockset  what a chain holds: (outer lockset, lock, mode). Acquisitions that differ only in
//            their stacks share one.
//   thread segment  (thread, segment).
// Private to the graph. Thread-safety: none.
#pragma once

#include "model/graph/containers.h"

namespace lockweave::model::graph {

struct AcquisitionNode {
  Id outer = 0;
  Id lock = 0;                          // 0: this id was never added
  std::uint32_t lockset = 0;            // of the chain including this acquisition
  std::uint32_t first_observation = 0;  // index + 1
  std::uint32_t last_observation = 0;   // index + 1
  Mode mode = Mode::exclusive;
  bool trial = false;
};
struct ObservationNode {
  std::uint32_t thread_segment;
  std::uint32_t next;  // of the same acquisition; index + 1, 0: none
};
struct ThreadSegment {
  Id thread;
  std::uint32_t segment;
};
struct Lockset {
  std::uint32_t outer;
  Id lock;
  Mode mode;
  std::uint32_t depth;  // how many locks it holds
};

class Acquisitions {
 public:
  explicit Acquisitions(Resource& resource)
      : nodes_(resource), observations_(resource), thread_segments_(resource), locksets_(resource),
        thread_segment_ids_(resource), lockset_ids_(resource) {}

  bool add(Id id, Id outer, Id lock, Mode mode, bool trial) {
    if (id == 0 || !know_lock(lock)) return true;
    if (id >= nodes_.size() && !grow(id)) return false;
    if (nodes_[id].lock != 0 || !known(outer)) return true;
    const std::uint32_t lockset = lockset_of(nodes_[outer].lockset, lock, mode);
    if (lockset == 0) return false;
    nodes_[id] = {outer, lock, lockset, 0, 0, mode, trial};
    return true;
  }

  bool add_observation(Id acquisition, Id thread, std::uint32_t segment) {
    if (acquisition == 0 || !known(acquisition)) return true;
    const std::uint32_t thread_segment = thread_segment_of(thread, segment);
    if (thread_segment == 0 || !observations_.push({thread_segment, 0})) return false;
    const auto index = static_cast<std::uint32_t>(observations_.size());
    AcquisitionNode& node = nodes_[acquisition];
    if (node.last_observation != 0) {
      observations_[node.last_observation - 1].next = index;
    } else {
      node.first_observation = index;
    }
    node.last_observation = index;
    return true;
  }

  // Locks that only a declared order names count as well.
  bool know_lock(Id lock) {
    if (lock >= lock_limit_) lock_limit_ = std::size_t{lock} + 1;
    return lock != 0;
  }

  // 0 and the ids up to size() - 1; an id never added has lock 0.
  std::size_t size() const { return nodes_.size(); }
  std::size_t lock_limit() const { return lock_limit_; }      // highest lock id + 1
  std::size_t thread_limit() const { return thread_limit_; }  // highest thread id observed + 1
  std::size_t thread_segment_count() const { return thread_segments_.size(); }
  std::size_t lockset_count() const { return locksets_.size(); }
  const AcquisitionNode& node(Id id) const { return nodes_[id]; }
  const ObservationNode& observation(std::uint32_t index) const { return observations_[index - 1]; }
  const ThreadSegment& thread_segment(std::uint32_t id) const { return thread_segments_[id - 1]; }
  const Lockset& lockset(std::uint32_t id) const { return locksets_[id - 1]; }
  std::uint32_t lockset_depth(std::uint32_t id) const { return id == 0 ? 0 : lockset(id).depth; }

 private:
  bool grow(Id id) { return nodes_.resize(std::size_t{id} + 1, AcquisitionNode{}); }
  bool known(Id id) const { return id == 0 || (id < nodes_.size() && nodes_[id].lock != 0); }

  // 0: out of memory.
  std::uint32_t thread_segment_of(Id thread, std::uint32_t segment) {
    const std::uint64_t key = pair_key(thread, segment);
    if (const std::uint32_t* found = thread_segment_ids_.find(key)) return *found;
    if (!thread_segments_.push({thread, segment})) return 0;
    if (thread >= thread_limit_) thread_limit_ = std::size_t{thread} + 1;
    const auto id = static_cast<std::uint32_t>(thread_segments_.size());
    return thread_segment_ids_.insert(key, id) ? id : 0;
  }
  std::uint32_t lockset_of(std::uint32_t outer, Id lock, Mode mode) {
    const std::uint64_t key = pair_key(outer, lock << 1 | (mode == Mode::shared ? 1 : 0));
    if (const std::uint32_t* found = lockset_ids_.find(key)) return *found;
    if (!locksets_.push({outer, lock, mode, lockset_depth(outer) + 1})) return 0;
    const auto id = static_cast<std::uint32_t>(locksets_.size());
    return lockset_ids_.insert(key, id) ? id : 0;
  }

  Array<AcquisitionNode> nodes_;  // by id; nodes_[0] holds nothing
  Array<ObservationNode> observations_;
  Array<ThreadSegment> thread_segments_;  // id - 1
  Array<Lockset> locksets_;               // id - 1
  IdMap thread_segment_ids_;
  IdMap lockset_ids_;
  std::size_t lock_limit_ = 1;
  std::size_t thread_limit_ = 1;
};

}  // namespace lockweave::model::graph
