// model/graph/cycle_search.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Component by component: what can be there at all (component_bounds.h), then the cycles that can
// deadlock, then, if they are wanted, those that cannot. Each has its own steps, so that the second
// never takes them from the first.
//
// A component gets its share of all steps: what is left, divided by the components to come, at most
// `steps_max`. So none is left out, and small ones leave theirs to the large.
// Private to the graph. Thread-safety: none. Cost: bounded by Limits.
#pragma once

#include "model/graph/component_bounds.h"
#include "model/graph/cycle_judges.h"

namespace lockweave::model::graph {

class CycleSearch {
 public:
  using Limits = LockOrderGraph::Limits;
  using Summary = LockOrderGraph::Summary;

  CycleSearch(Resource& resource, GraphData& data, LockOrderGraph::Visitor& visitor,
              const Limits& limits, Summary& summary)
      : limits_(limits), summary_(summary), data_(data), edges_(resource, data),
        bounds_(resource, data, edges_), pool_(resource, data, edges_), rules_(resource, data),
        path_(resource, pool_, rules_), ring_(resource, pool_, rules_),
        told_(resource), tools_{data,  pool_, rules_,  path_,
                                ring_, told_, visitor, limits.witnesses_tried_max},
        held_of_(resource), wanted_of_(resource), parts_(resource), part_members_(resource),
        part_search_(resource), done_(resource) {}

  // false: out of memory.
  [[nodiscard]] bool run() {
    if (!edges_.prepare() || !bounds_.prepare() || !pool_.prepare() || !rules_.prepare() ||
        !done_.assign(edges_.component_count(), 0)) {
      return false;
    }
    std::uint64_t to_come = 0;
    for (std::size_t i = 0; i < edges_.component_count(); ++i) {
      to_come += edges_.members(static_cast<Node>(i)).size() > 1 ? 1 : 0;
    }
    steps_left_ = limits_.steps_total_max;
    filtered_steps_left_ = limits_.filtered_steps_total_max;
    for (std::size_t lock = 1; lock < data_.acquisitions.lock_limit(); ++lock) {
      const Node component = edges_.component_of(static_cast<Id>(lock));
      if (done_[component] != 0) continue;
      done_[component] = 1;
      if (edges_.members(component).size() < 2) continue;
      if (!search_component(component, to_come--)) return false;
    }
    return true;
  }

 private:
  static constexpr std::uint64_t kLinksPerStep = 32;

  static Budget share(std::uint64_t left, std::uint64_t among, std::uint64_t most) {
    return {left / among < most ? left / among : most, false};
  }

  bool search_component(Node component, std::uint64_t to_come) {
    Budget steps = share(steps_left_, to_come, limits_.steps_max);
    Budget filtered = share(filtered_steps_left_, to_come, limits_.filtered_steps_max);
    const std::uint64_t given = steps.left;
    steps_left_ -= given;
    filtered_steps_left_ -= filtered.left;
    cut_ = full_ = edges_cut_ = false;
    const bool good = search_within(component, steps, filtered);
    steps_left_ += steps.left;
    summary_.steps += given - steps.left;
    filtered_steps_left_ += filtered.left;
    summary_.components_cut += cut_ || full_ ? 1 : 0;
    summary_.components_full += full_ && !cut_ ? 1 : 0;
    summary_.filtered_cut += lists_filtered() && (filtered.met || edges_cut_) ? 1 : 0;
    return good;
  }
  bool search_within(Node component, Budget& steps, Budget& filtered) {
    std::uint64_t links = steps.left * kLinksPerStep;
    const std::uint64_t links_before = links;
    longest_ = bounds_.longest(component, limits_.cycle_length_max + 1, links);
    steps.spend((links_before - links) / kLinksPerStep);
    if (longest_ == 0 && !lists_filtered()) return true;
    if (!list_edges(component, longest_ != 0 ? steps : filtered)) return false;
    cut_ = longest_ != 0 && edges_cut_;
    return search_parts(steps, filtered);
  }
  bool lists_filtered() const { return limits_.filtered_steps_max != 0; }
  // Splits a component anew by its real edges: suppressed ones are gone now.
  bool list_edges(Node component, Budget& budget) {
    locks_ = edges_.members(component);
    std::uint64_t links = budget.left * kLinksPerStep;
    const std::uint64_t before = links;
    if (!edges_.list_edges(component, held_of_, links)) return false;
    edges_cut_ = links == 0;
    if (!edges_cut_)
      budget.spend((before - links) / kLinksPerStep);  // else the search gets as much
    const auto forward = [this](const auto& edge) {
      for (Node wanted = 0; wanted < locks_.size(); ++wanted) {
        for (const Node held : held_of_.targets(wanted)) edge(held, wanted);
      }
    };
    if (!wanted_of_.build(locks_.size(), forward) || !parts_.find(wanted_of_)) return false;
    const auto by_part = [this](const auto& edge) {
      for (Node lock = 0; lock < locks_.size(); ++lock) edge(parts_.of(lock), lock);
    };
    return part_members_.build(parts_.count(), by_part) && part_search_.prepare(locks_.size());
  }

  bool search_parts(Budget& steps, Budget& filtered) {
    for (Node lock = 0; lock < locks_.size(); ++lock) {
      const std::span<const Node> part = part_members_.targets(parts_.of(lock));
      if (part.front() != lock || part.size() < 2) continue;
      if (longest_ != 0 && !find_reported(part, steps)) return false;
      if (lists_filtered() && !list_filtered(part, filtered)) return false;
    }
    return true;
  }
  bool find_reported(std::span<const Node> part, Budget& steps) {
    const std::uint64_t possible = part.size() < longest_ ? part.size() : longest_;
    const std::uint64_t length_max =
        possible < limits_.cycle_length_max ? possible : limits_.cycle_length_max;
    path_.clear();
    ReportedCycles judge(tools_, steps, limits_.cycles_max);
    const Answer answer = part_search_.search(graph(), part, length_max, steps, judge);
    summary_.cycles += judge.found();
    full_ = full_ || judge.full();
    cut_ = cut_ || steps.met || judge.undecided() ||
           (answer == Answer::turn_back && possible > length_max);
    return answer != Answer::no_memory;
  }
  bool list_filtered(std::span<const Node> part, Budget& steps) {
    const std::uint64_t length_max =
        part.size() < limits_.cycle_length_max ? part.size() : limits_.cycle_length_max;
    FilteredCycles judge(tools_, steps);
    const Answer answer = part_search_.search(graph(), part, length_max, steps, judge);
    summary_.filtered += judge.found();
    if (answer == Answer::turn_back && part.size() > length_max) steps.met = true;
    return answer != Answer::no_memory;
  }
  PartGraph graph() const { return {locks_, wanted_of_, held_of_, parts_}; }

  const Limits& limits_;
  Summary& summary_;
  GraphData& data_;
  Edges edges_;
  ComponentBounds bounds_;
  WitnessPool pool_;
  WitnessRules rules_;
  PathWitnesses path_;
  WitnessSearch ring_;
  Array<LockOrderGraph::Edge> told_;
  JudgeTools tools_;

  // Of the component being searched; locks are indices into locks_.
  std::span<const Node> locks_;
  Digraph held_of_;
  Digraph wanted_of_;
  Components parts_;
  Digraph part_members_;
  PartSearch part_search_;
  std::uint64_t longest_ = 0;  // cycle that can be reported; one more than the limit: any
  bool cut_ = false;           // of the cycles that can deadlock some may be missing
  bool full_ = false;          // there are more of them than are wanted
  bool edges_cut_ = false;     // not all edges were listed

  Array<std::uint8_t> done_;  // by component
  std::uint64_t steps_left_ = 0;
  std::uint64_t filtered_steps_left_ = 0;
};

}  // namespace lockweave::model::graph
