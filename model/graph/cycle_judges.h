// model/graph/cycle_judges.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two judges of PartSearch: one looks for the cycles that can deadlock and turns back as soon
// as a path cannot become one; the other lists those that cannot, with the reason.
// Private to the graph. Thread-safety: none.
#pragma once

#include "model/graph/part_search.h"
#include "model/graph/path_witnesses.h"
#include "model/graph/witness_search.h"

namespace lockweave::model::graph {

// What both need: they judge by the same witnesses, and spend the same budget for it.
struct JudgeTools {
  GraphData& data;
  WitnessPool& pool;
  WitnessRules& rules;
  PathWitnesses& path;
  WitnessSearch& ring;
  Array<LockOrderGraph::Edge>& told;
  LockOrderGraph::Visitor& visitor;
  std::uint32_t tries_max;

  // Chain links are walked at a discount.
  std::uint64_t work() const {
    constexpr std::uint64_t kLinksPerStep = 32;
    return path.comparisons() + ring.comparisons() +
           (rules.links_walked() + pool.links_walked()) / kLinksPerStep;
  }
  LockOrderGraph::Edge edge(Id held, Id wanted, const Witness& witness) const {
    LockOrderGraph::Edge edge;
    edge.held = held;
    edge.wanted = wanted;
    edge.held_at = witness.held_at;
    edge.wanted_at = witness.wanted_at;
    edge.declared = witness.declared();
    if (witness.thread_segment != 0) {
      edge.thread = data.acquisitions.thread_segment(witness.thread_segment).thread;
      edge.segment = data.acquisitions.thread_segment(witness.thread_segment).segment;
    }
    return edge;
  }
  // false: out of memory.
  template <typename Chosen>
  [[nodiscard]] bool tell(std::span<const Id> ring_of_locks, const Chosen& chosen,
                          LockOrderGraph::Filter filter, Id gate) const {
    told.clear();
    for (std::size_t i = 0; i < ring_of_locks.size(); ++i) {
      const Id wanted = ring_of_locks.data()[i + 1 == ring_of_locks.size() ? 0 : i + 1];
      if (!told.push(edge(ring_of_locks.data()[i], wanted, chosen(i)))) return false;
    }
    visitor.on_cycle({told.all(), filter, gate});
    return true;
  }
};

class ReportedCycles {
 public:
  ReportedCycles(const JudgeTools& tools, Budget& budget, std::uint32_t cycles_max)
      : tools_(tools), budget_(budget), cycles_left_(cycles_max) {}

  std::uint64_t found() const { return found_; }
  bool undecided() const { return undecided_; }  // of some path it is not known
  bool full() const { return full_; }            // there are more than `cycles_max`

  Answer enter(Id held, Id wanted) { return push(held, wanted, /*closes=*/false); }
  void leave() { tools_.path.pop(); }
  Answer close(std::span<const Id> locks) {
    const Answer answer = push(locks.back(), locks.front(), /*closes=*/true);
    if (answer == Answer::turn_back) return Answer::go_on;
    if (answer != Answer::go_on) return answer;
    const bool good = !tools_.path.observed() || report(locks);
    tools_.path.pop();
    if (!good) return Answer::no_memory;
    return full_ ? Answer::stop : Answer::go_on;
  }

 private:
  Answer push(Id held, Id wanted, bool closes) {
    const std::uint64_t before = tools_.work();
    const PathWitnesses::Fit fit = tools_.path.push(held, wanted, closes, tools_.tries_max);
    budget_.spend(tools_.work() - before);
    undecided_ = undecided_ || fit == PathWitnesses::Fit::unknown;
    if (fit == PathWitnesses::Fit::no_memory) return Answer::no_memory;
    return fit == PathWitnesses::Fit::yes ? Answer::go_on : Answer::turn_back;
  }
  bool report(std::span<const Id> locks) {
    full_ = cycles_left_ == 0;
    if (full_) return true;
    --cycles_left_;
    const auto chosen = [this](std::size_t i) -> const Witness& { return tools_.path.chosen(i); };
    if (!tools_.tell(locks, chosen, LockOrderGraph::Filter::none, 0)) return false;
    ++found_;
    return true;
  }

  const JudgeTools& tools_;
  Budget& budget_;
  std::uint32_t cycles_left_;
  std::uint64_t found_ = 0;
  bool undecided_ = false;
  bool full_ = false;
};

class FilteredCycles {
 public:
  FilteredCycles(const JudgeTools& tools, Budget& budget) : tools_(tools), budget_(budget) {}

  std::uint64_t found() const { return found_; }

  Answer enter(Id, Id) { return Answer::go_on; }
  void leave() {}
  Answer close(std::span<const Id> locks) {
    const std::uint64_t before = tools_.work();
    WitnessSearch::Verdict verdict;
    if (!tools_.ring.judge(locks, tools_.tries_max, verdict)) return Answer::no_memory;
    budget_.spend(tools_.work() - before);
    if (!verdict.observed || verdict.filter == LockOrderGraph::Filter::none) return Answer::go_on;
    const auto chosen = [this](std::size_t i) -> const Witness& { return tools_.ring.chosen(i); };
    if (!tools_.tell(locks, chosen, verdict.filter, verdict.gate)) return Answer::no_memory;
    ++found_;
    return Answer::go_on;
  }

 private:
  const JudgeTools& tools_;
  Budget& budget_;
  std::uint64_t found_ = 0;
};

}  // namespace lockweave::model::graph
