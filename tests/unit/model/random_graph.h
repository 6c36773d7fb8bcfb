// tests/unit/model/random_graph.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small random lock-order graph, given to the implementation and to the oracle alike.
#pragma once

#include <cstdlib>
#include <random>

#include "naive_graph.h"

namespace lockweave::model::testing {

// LOCKWEAVE_TEST_SEED repeats a failure.
inline std::uint64_t first_seed() {
  const char* text = std::getenv("LOCKWEAVE_TEST_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

class RandomGraph {
 public:
  RandomGraph(std::uint64_t seed, LockOrderGraph& graph) : random_(seed), graph_(graph) {
    naive.threads = below(4) + 2;
    locks_ = below(4) + 2;
    shared_percent_ = below(2) * 40;
    add_threads();
    add_acquisitions(below(12) + 4);
    add_orders();
  }

  NaiveGraph naive;

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool percent(std::uint32_t n) { return below(100) < n; }
  Id any(Id count) { return below(count) + 1; }

  void add_threads() {
    for (Id thread = 2; thread <= naive.threads; ++thread) {
      if (percent(30)) continue;
      const Id parent = any(thread - 1);
      const std::uint32_t segment = below(naive.segments);
      naive.parents[thread] = {parent, segment};
      graph_.add_thread(thread, parent, segment);
    }
    for (std::uint32_t i = below(3); i != 0; --i) {
      const Id joined = any(naive.threads);
      const Id by = any(naive.threads);
      const std::uint32_t segment = below(naive.segments);
      if (joined == by) continue;
      naive.joins.push_back({joined, {by, segment}});
      graph_.add_join(joined, by, segment);
    }
  }
  void add_acquisitions(Id count) {
    for (Id id = 1; id <= count; ++id) {
      NaiveGraph::Acquisition one;
      one.outer = percent(25) ? 0 : below(id);
      one.lock = any(locks_);
      one.mode = percent(shared_percent_) ? Mode::shared : Mode::exclusive;
      one.trial = percent(10);
      graph_.add_acquisition(id, one.outer, one.lock, one.mode, one.trial);
      for (std::uint32_t i = below(3); i != 0; --i) {
        const Id thread = any(naive.threads);
        const std::uint32_t segment = below(naive.segments);
        one.seen.push_back({thread, segment});
        graph_.add_observation(id, thread, segment);
      }
      naive.acquisitions[id] = one;
    }
  }
  void add_orders() {
    for (std::uint32_t i = percent(70) ? 0 : below(3); i != 0; --i) {
      const Id before = any(locks_ + 1);
      const Id after = any(locks_ + 1);
      if (before != after) naive.declared.insert({before, after});
      graph_.add_declared_order(before, after);
    }
    for (std::uint32_t i = percent(70) ? 0 : below(3); i != 0; --i) {
      const Id held = any(locks_);
      const Id wanted = any(locks_);
      naive.suppressed.insert({held, wanted});
      graph_.suppress_edge(held, wanted);
    }
  }

  std::mt19937_64 random_;
  LockOrderGraph& graph_;
  Id locks_ = 0;
  std::uint32_t shared_percent_ = 0;
};

}  // namespace lockweave::model::testing
