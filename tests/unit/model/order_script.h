// tests/unit/model/order_script.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Feeds a lock-order graph from short scripts, and reads its cycles as text.
//
//     OrderScript script;
//     script.run("1: A B");        // thread 1 takes A, then B, then releases all
//     script.run("2.5: B A");      // thread 2 in its segment 5
//     script.cycles()              // {"A B: reported"}
//
// A word is a lock: `A` exclusive, `A/r` shared, `A?` a try-lock; `-A` releases.
#pragma once

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "model/lock_order_graph.h"

namespace lockweave::model::testing {

inline std::string to_text(LockOrderGraph::Filter filter) {
  using Filter = LockOrderGraph::Filter;
  switch (filter) {
    case Filter::none: return "reported";
    case Filter::one_thread: return "one_thread";
    case Filter::gate_lock: return "gate_lock";
    case Filter::ordered: return "ordered";
    case Filter::shared_mode: return "shared_mode";
  }
  return "?";
}

class OrderScript {
 public:
  LockOrderGraph& graph() { return graph_; }

  Id lock(const std::string& name) {
    const auto [at, fresh] = locks_.emplace(name, locks_.size() + 1);
    if (fresh) names_.push_back(name);
    return static_cast<Id>(at->second);
  }

  OrderScript& run(const std::string& script) {
    std::istringstream in(script);
    std::string word;
    in >> word;
    const std::size_t dot = word.find('.');
    const Id thread = static_cast<Id>(std::stoul(word));
    const auto segment = dot == std::string::npos
                             ? 0u
                             : static_cast<std::uint32_t>(std::stoul(word.substr(dot + 1)));
    std::vector<Taken> held;
    while (in >> word) step(thread, segment, word, held);
    return *this;
  }

  // Sorted; a cycle starts with the lock of the lowest number.
  std::vector<std::string> cycles(const LockOrderGraph::Limits& limits = {}) {
    Collect collect(*this);
    summary_ = graph_.find_cycles(collect, limits);
    std::sort(collect.found.begin(), collect.found.end());
    return collect.found;
  }
  // The locks of those that count.
  std::vector<std::string> reported() {
    static constexpr std::string_view kReported = ": reported";
    std::vector<std::string> names;
    for (const std::string& line : cycles()) {
      if (line.ends_with(kReported))
        names.push_back(line.substr(0, line.size() - kReported.size()));
    }
    return names;
  }
  const LockOrderGraph::Summary& summary() const { return summary_; }

 private:
  struct Taken {
    Id lock;
    Mode mode;
    bool trial;
  };

  class Collect final : public LockOrderGraph::Visitor {
   public:
    explicit Collect(const OrderScript& script) : script_(script) {}
    void on_cycle(const LockOrderGraph::Cycle& cycle) override {
      std::string text;
      for (const LockOrderGraph::Edge& edge : cycle.edges) {
        text += (text.empty() ? "" : " ") + script_.names_[edge.held - 1];
      }
      text += ": " + to_text(cycle.filter);
      if (cycle.gate != 0) text += " " + script_.names_[cycle.gate - 1];
      found.push_back(text);
    }
    std::vector<std::string> found;

   private:
    const OrderScript& script_;
  };

  void step(Id thread, std::uint32_t segment, std::string word, std::vector<Taken>& held) {
    if (word[0] == '-') {
      const Id released = lock(word.substr(1));
      const auto last = std::find_if(held.rbegin(), held.rend(),
                                     [=](const Taken& taken) { return taken.lock == released; });
      held.erase(std::next(last).base());
      return;
    }
    const bool trial = word.ends_with("?");
    const bool shared = word.ends_with("/r");
    const std::string name = word.substr(0, word.find_first_of("?/"));
    held.push_back({lock(name), shared ? Mode::shared : Mode::exclusive, trial});
    Id chain = 0;
    for (const Taken& taken : held) chain = acquisition(chain, taken);
    graph_.add_observation(chain, thread, segment);
  }
  Id acquisition(Id outer, const Taken& taken) {
    const auto key = std::tuple(outer, taken.lock, taken.mode, taken.trial);
    const auto [at, fresh] = acquisitions_.emplace(key, acquisitions_.size() + 1);
    const auto id = static_cast<Id>(at->second);
    if (fresh) graph_.add_acquisition(id, outer, taken.lock, taken.mode, taken.trial);
    return id;
  }

  LockOrderGraph graph_{heap_resource()};
  std::map<std::string, std::size_t> locks_;
  std::vector<std::string> names_;
  std::map<std::tuple<Id, Id, Mode, bool>, std::size_t> acquisitions_;
  LockOrderGraph::Summary summary_;
};

}  // namespace lockweave::model::testing
