// tests/unit/model/naive_graph.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lock-order graph as a slow oracle: the same rules written down directly. Enumerates all simple
// cycles and, for each, all combinations of witnesses.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/lock_order_graph.h"

namespace lockweave::model::testing {

struct NaiveGraph {
  using Filter = LockOrderGraph::Filter;
  using Point = std::pair<Id, std::uint32_t>;  // thread, segment

  struct Acquisition {
    Id outer = 0;
    Id lock = 0;
    Mode mode = Mode::exclusive;
    bool trial = false;
    std::vector<Point> seen;
  };
  struct Witness {
    Id held_at = 0;
    Id wanted_at = 0;
    Point point{0, 0};
    bool declared = false;
  };

  std::map<Id, Acquisition> acquisitions;
  std::map<Id, Point> parents;              // child -> parent, its segment
  std::vector<std::pair<Id, Point>> joins;  // joined -> joiner, its segment after
  std::set<std::pair<Id, Id>> declared;
  std::set<std::pair<Id, Id>> suppressed;
  std::uint32_t segments = 4;  // of each thread, from 0
  Id threads = 0;

  // ---- time: closure over all (thread, segment) ----------------------------------------------
  class Before {
   public:
    explicit Before(const NaiveGraph& graph)
        : graph_(graph), count_(graph.threads * graph.segments), bits_(count_ * count_) {
      for (std::size_t a = 0; a < count_; ++a) {
        for (std::size_t b = 0; b < count_; ++b) {
          bits_[a * count_ + b] = graph.directly_before(point(a), point(b));
        }
      }
      for (std::size_t k = 0; k < count_; ++k) {
        for (std::size_t a = 0; a < count_; ++a) {
          for (std::size_t b = 0; bits_[a * count_ + k] && b < count_; ++b) {
            if (bits_[k * count_ + b]) bits_[a * count_ + b] = true;
          }
        }
      }
    }
    bool operator()(const Point& a, const Point& b) const {
      return bits_[index(a) * count_ + index(b)];
    }

   private:
    Point point(std::size_t i) const {
      return {static_cast<Id>(i / graph_.segments + 1),
              static_cast<std::uint32_t>(i % graph_.segments)};
    }
    std::size_t index(const Point& p) const {
      return (p.first - 1) * std::size_t{graph_.segments} + p.second;
    }

    const NaiveGraph& graph_;
    std::size_t count_;
    std::vector<bool> bits_;
  };
  bool directly_before(const Point& a, const Point& b) const {
    if (a.first == b.first) return a.second < b.second;
    const auto parent = parents.find(b.first);
    if (parent != parents.end() && parent->second.first == a.first &&
        a.second <= parent->second.second) {
      return true;
    }
    return std::ranges::any_of(joins, [&](const auto& join) {
      return join.first == a.first && join.second.first == b.first &&
             join.second.second <= b.second;
    });
  }

  // ---- edges ---------------------------------------------------------------------------------
  std::vector<Id> chain(Id acquisition) const {  // acquisitions held, innermost first
    std::vector<Id> held;
    for (Id at = acquisitions.at(acquisition).outer; at != 0; at = acquisitions.at(at).outer) {
      held.push_back(at);
    }
    return held;
  }
  bool can_wait(Id id) const {
    const Acquisition& wanted = acquisitions.at(id);
    return !wanted.trial && std::ranges::none_of(chain(id), [&](Id at) {
      const Acquisition& held = acquisitions.at(at);
      return held.lock == wanted.lock && held.mode == Mode::exclusive;
    });
  }
  const std::vector<Witness>& witnesses(Id held, Id wanted) const {
    const auto [at, fresh] = known_.try_emplace({held, wanted});
    if (fresh) at->second = find_witnesses(held, wanted);
    return at->second;
  }
  std::vector<Witness> find_witnesses(Id held, Id wanted) const {
    std::vector<Witness> found;
    if (held == wanted || suppressed.contains({held, wanted})) return found;
    for (const auto& [id, acquisition] : acquisitions) {
      if (acquisition.lock != wanted || !can_wait(id)) continue;
      for (const Id at : chain(id)) {
        if (acquisitions.at(at).lock != held) continue;
        for (const Point& point : acquisition.seen) found.push_back({at, id, point, false});
      }
    }
    if (declared.contains({held, wanted})) found.push_back({0, 0, {0, 0}, true});
    return found;
  }

  // ---- rules ---------------------------------------------------------------------------------
  bool share_gate(const Witness& a, const Witness& b) const {
    for (const Id i : chain(a.wanted_at)) {
      for (const Id j : chain(b.wanted_at)) {
        const Acquisition& x = acquisitions.at(i);
        const Acquisition& y = acquisitions.at(j);
        if (x.lock == y.lock && (x.mode == Mode::exclusive || y.mode == Mode::exclusive)) {
          return true;
        }
      }
    }
    return false;
  }
  bool blocks(const Witness& from, const Witness& to) const {
    if (from.declared || to.declared) return true;
    return acquisitions.at(from.wanted_at).mode == Mode::exclusive ||
           acquisitions.at(to.held_at).mode == Mode::exclusive;
  }
  // The first rule that these witnesses break.
  Filter first_broken(const std::vector<Witness>& chosen, const Before& before) const {
    bool gate = false;
    bool ordered = false;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Witness& a = chosen[i];
        const Witness& b = chosen[j];
        if (a.declared || b.declared) continue;
        if (a.point.first == b.point.first) return Filter::one_thread;
        gate = gate || share_gate(a, b);
        ordered = ordered || before(a.point, b.point) || before(b.point, a.point);
      }
    }
    if (gate) return Filter::gate_lock;
    if (ordered) return Filter::ordered;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (!blocks(chosen[i], chosen[(i + 1) % chosen.size()])) return Filter::shared_mode;
    }
    return Filter::none;
  }
  static int rank(Filter filter) {  // how far a combination got
    return filter == Filter::none ? 5 : static_cast<int>(filter);
  }

  // ---- cycles --------------------------------------------------------------------------------
  using Found = std::map<std::vector<Id>, Filter>;  // locks from the smallest on -> best filter

  Found cycles() const {
    std::set<Id> locks;
    for (const auto& [id, acquisition] : acquisitions) locks.insert(acquisition.lock);
    for (const auto& [a, b] : declared) locks.insert({a, b});
    const Before before(*this);
    Found found;
    for (const Id first : locks) {
      std::vector<Id> path{first};
      extend(path, locks, before, found);
    }
    return found;
  }
  void extend(std::vector<Id>& path, const std::set<Id>& locks, const Before& before,
              Found& found) const {
    if (path.size() > 1 && !witnesses(path.back(), path.front()).empty()) {
      judge(path, before, found);
    }
    for (const Id next : locks) {
      if (next <= path.front() || std::ranges::count(path, next) != 0) continue;
      if (witnesses(path.back(), next).empty()) continue;
      path.push_back(next);
      extend(path, locks, before, found);
      path.pop_back();
    }
  }
  void judge(const std::vector<Id>& locks, const Before& before, Found& found) const {
    std::vector<std::vector<Witness>> choices;
    bool observed = false;
    for (std::size_t i = 0; i < locks.size(); ++i) {
      choices.push_back(witnesses(locks[i], locks[(i + 1) % locks.size()]));
      observed = observed || !choices.back().front().declared;
    }
    if (!observed) return;
    Filter best = Filter::one_thread;
    std::vector<Witness> chosen;
    combine(choices, chosen, before, best);
    found.emplace(locks, best);
  }
  void combine(const std::vector<std::vector<Witness>>& choices, std::vector<Witness>& chosen,
               const Before& before, Filter& best) const {
    if (chosen.size() == choices.size()) {
      const Filter filter = first_broken(chosen, before);
      if (rank(filter) > rank(best)) best = filter;
      return;
    }
    for (const Witness& witness : choices[chosen.size()]) {
      chosen.push_back(witness);
      combine(choices, chosen, before, best);
      chosen.pop_back();
    }
  }

  mutable std::map<std::pair<Id, Id>, std::vector<Witness>> known_;
};

}  // namespace lockweave::model::testing