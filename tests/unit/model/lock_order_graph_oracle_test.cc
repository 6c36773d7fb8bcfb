// tests/unit/model/lock_order_graph_oracle_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph against the naive oracle, on thousands of small random graphs.
#include <gtest/gtest.h>

#include "order_script.h"
#include "random_graph.h"

namespace lockweave::model {
namespace {

using testing::NaiveGraph;
using Filter = LockOrderGraph::Filter;
constexpr std::uint64_t kGraphs = 40000;
constexpr LockOrderGraph::Limits kNoLimits = {.cycles_max = 1'000'000,
                                              .steps_max = 1'000'000'000,
                                              .steps_total_max = 1'000'000'000,
                                              .witnesses_tried_max = 10'000'000,
                                              .filtered_steps_max = 1'000'000'000,
                                              .filtered_steps_total_max = 1'000'000'000};

// Checks each cycle's witnesses and keeps its locks and filter.
class OracleCheck final : public LockOrderGraph::Visitor {
 public:
  explicit OracleCheck(const NaiveGraph& naive) : naive_(naive), before_(naive) {}

  void on_cycle(const LockOrderGraph::Cycle& cycle) override {
    std::vector<NaiveGraph::Witness> chosen;
    for (std::size_t i = 0; i < cycle.edges.size(); ++i) {
      const LockOrderGraph::Edge& edge = cycle.edges[i];
      EXPECT_EQ(edge.wanted, cycle.edges[(i + 1) % cycle.edges.size()].held);
      chosen.push_back({edge.held_at, edge.wanted_at, {edge.thread, edge.segment}, edge.declared});
      EXPECT_TRUE(is_witness(edge)) << edge.held << "->" << edge.wanted;
    }
    EXPECT_EQ(naive_.first_broken(chosen, before_), cycle.filter);
    EXPECT_EQ(cycle.gate != 0, cycle.filter == Filter::gate_lock);
    std::vector<Id> locks;
    for (const LockOrderGraph::Edge& edge : cycle.edges) locks.push_back(edge.held);
    EXPECT_TRUE(found.emplace(normal(locks), cycle.filter).second) << "visited twice";
  }

  NaiveGraph::Found found;

 private:
  static std::vector<Id> normal(std::vector<Id> locks) {
    std::ranges::rotate(locks, std::ranges::min_element(locks));
    return locks;
  }
  bool is_witness(const LockOrderGraph::Edge& edge) const {
    return std::ranges::any_of(naive_.witnesses(edge.held, edge.wanted), [&](const auto& w) {
      return w.held_at == edge.held_at && w.wanted_at == edge.wanted_at &&
             w.declared == edge.declared && w.point.first == edge.thread &&
             w.point.second == edge.segment;
    });
  }

  const NaiveGraph& naive_;
  NaiveGraph::Before before_;
};

std::string to_text(const NaiveGraph::Found& found) {
  std::string text;
  for (const auto& [locks, filter] : found) {
    for (const Id lock : locks) text += std::to_string(lock) + " ";
    text += testing::to_text(filter) + "\n";
  }
  return text;
}

TEST(LockOrderGraphOracle, AgreesOnRandomGraphs) {
  std::map<Filter, int> covered;
  const std::uint64_t first = testing::first_seed();
  for (std::uint64_t seed = first; seed < first + kGraphs; ++seed) {
    SCOPED_TRACE("LOCKWEAVE_TEST_SEED=" + std::to_string(seed));
    LockOrderGraph graph(heap_resource());
    const testing::RandomGraph random(seed, graph);
    OracleCheck check(random.naive);
    const LockOrderGraph::Summary summary = graph.find_cycles(check, kNoLimits);
    EXPECT_EQ(summary.components_cut, 0u);
    EXPECT_EQ(summary.cycles + summary.filtered, check.found.size());
    const NaiveGraph::Found expected = random.naive.cycles();
    ASSERT_EQ(to_text(check.found), to_text(expected));
    for (const auto& [locks, filter] : expected) ++covered[filter];
    if (HasFailure()) return;
  }
  for (const Filter filter : {Filter::none, Filter::one_thread, Filter::gate_lock, Filter::ordered,
                              Filter::shared_mode}) {
    EXPECT_GT(covered[filter], 20) << testing::to_text(filter) << " is hardly tested";
  }
}

}  // namespace
}  // namespace lockweave::model
