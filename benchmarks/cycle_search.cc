// benchmarks/cycle_search.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the search for lock-order cycles costs on the shapes that make it hard, each in three sizes,
// n, 2n and 4n: `cycle_search [SHAPE]`. Prints CPU time, steps, memory at its highest, what was found,
// and whether the answer is whole. Ends with 1 if a search took longer or more than it may.
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

#include "model/lock_order_graph.h"

namespace lockweave::model {
namespace {

constexpr double kSecondsMax = 20;
constexpr double kMegabytesMax = 1000;

class CountingHeap final : public Resource {
 public:
  void* allocate(std::size_t bytes, std::size_t) override {
    now_ += bytes;
    highest = std::max(highest, now_);
    return std::malloc(bytes);
  }
  void deallocate(void* memory, std::size_t bytes) override {
    now_ -= bytes;
    std::free(memory);
  }
  std::size_t highest = 0;

 private:
  std::size_t now_ = 0;
};

struct Ignore final : LockOrderGraph::Visitor {
  void on_cycle(const LockOrderGraph::Cycle&) override {}
};

class Builder {
 public:
  explicit Builder(LockOrderGraph& graph) : graph_(graph) {}
  Id take(Id thread, Id outer, Id lock, Mode mode = Mode::exclusive) {
    graph_.add_acquisition(next_, outer, lock, mode, false);
    graph_.add_observation(next_, thread, 0);
    return next_++;
  }
  // All of 1..locks nested, from `first` on and round.
  void turn(Id thread, Id first, Id locks, Id gate = 0) {
    Id outer = gate == 0 ? 0 : take(thread, 0, gate);
    for (Id i = 0; i < locks; ++i) outer = take(thread, outer, (first + i - 1) % locks + 1);
  }
  void turns(Id thread, Id locks, Id gate = 0) {
    for (Id first = 1; first <= locks; ++first) turn(thread, first, locks, gate);
  }

 private:
  LockOrderGraph& graph_;
  Id next_ = 1;
};

using Build = void (*)(LockOrderGraph& graph, Id n);

// n locks in all orders by so many threads, under a gate or not.
template <Id threads, bool gated>
void all_orders(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  for (Id thread = 1; thread <= threads; ++thread) builder.turns(thread, n, gated ? n + 1 : 0);
}
// As all_orders, by threads that follow one another.
void ordered(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  for (Id thread = 2; thread < 40; ++thread) {
    graph.add_thread(thread, 1, 2 * thread);
    graph.add_join(thread, 1, 2 * thread + 1);
    builder.turns(thread, n);
  }
}
// Half of it under one gate, half under another: no lock guards all of it.
void two_gates(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  for (Id thread = 1; thread <= 8; ++thread) {
    for (Id first = 1; first <= n; ++first) {
      builder.turn(thread, first, n, n + 1 + (first % 2));
    }
  }
}
// Readers in all orders: what the rule of modes refuses, neighbour by neighbour.
void readers(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  for (Id thread = 1; thread <= 8; ++thread) {
    for (Id first = 1; first <= n; ++first) {
      Id outer = 0;
      for (Id i = 0; i < n; ++i) {
        outer = builder.take(thread, outer, (first + i - 1) % n + 1, Mode::shared);
      }
    }
  }
}
// Random nestings of three locks by sixteen threads.
void tangle(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  std::mt19937_64 random(n);
  const auto any = [&random](Id count) { return static_cast<Id>(random() % count) + 1; };
  for (Id i = 0; i < 20 * n; ++i) {
    const Id thread = any(16);
    Id outer = 0;
    for (int depth = 0; depth < 3; ++depth) outer = builder.take(thread, outer, any(n));
  }
}
// Layers, each of which leads to the next, and the last to the first: cycles of eight locks only.
void layers(LockOrderGraph& graph, Id n) {
  constexpr Id kLayers = 8;
  Builder builder(graph);
  std::mt19937_64 random(n);
  for (Id layer = 0; layer < kLayers; ++layer) {
    for (Id i = 0; i < n * n; ++i) {
      const Id held = layer * n + static_cast<Id>(random() % n) + 1;
      const Id wanted = (layer + 1) % kLayers * n + static_cast<Id>(random() % n) + 1;
      const auto thread = static_cast<Id>(random() % 4) + 1;
      builder.take(thread, builder.take(thread, 0, held), wanted);
    }
  }
}
// n pairs of locks, each in both orders.
void pairs(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  for (Id lock = 1; lock < 2 * n; lock += 2) {
    builder.take(1, builder.take(1, 0, lock), lock + 1);
    builder.take(2, builder.take(2, 0, lock + 1), lock);
  }
}
// n nestings of ten locks in all orders, in as many contexts.
void contexts(LockOrderGraph& graph, Id n) {
  Builder builder(graph);
  std::mt19937_64 random(n);
  for (Id i = 0; i < n; ++i) {
    const Id thread = i % 2 + 1;
    const Id held = static_cast<Id>(random() % 10) + 1;
    const Id gate = 11 + static_cast<Id>(random() % 5);
    const Id wanted = (held + static_cast<Id>(random() % 9)) % 10 + 1;
    builder.take(thread, builder.take(thread, builder.take(thread, 0, gate), held), wanted);
  }
}

struct Shape {
  std::string_view name;
  Build build;
  Id n;  // the smallest size
};
constexpr Shape kShapes[] = {
    {"one-thread", all_orders<1, false>, 125},
    {"two-threads", all_orders<2, false>, 125},
    {"four-threads", all_orders<4, false>, 50},
    {"one-gate", all_orders<4, true>, 50},
    {"two-gates", two_gates, 16},
    {"ordered", ordered, 12},
    {"readers", readers, 12},
    {"tangle", tangle, 50},
    {"layers", layers, 16},
    {"pairs", pairs, 5000},
    {"contexts", contexts, 50000},
};

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

bool measure(const Shape& shape, Id n) {
  CountingHeap heap;
  LockOrderGraph graph(heap);
  shape.build(graph, n);
  Ignore visitor;
  const double begin = cpu_seconds();
  const LockOrderGraph::Summary found = graph.find_cycles(visitor);
  const double seconds = cpu_seconds() - begin;
  const double megabytes = static_cast<double>(heap.highest) / 1e6;
  const bool unknown = found.components_cut > found.components_full;
  std::printf("%-13s%8u%10.3f%12llu%9.1f%9llu%10llu%s  %s\n", shape.name.data(), n, seconds,
              static_cast<unsigned long long>(found.steps), megabytes,
              static_cast<unsigned long long>(found.cycles),
              static_cast<unsigned long long>(found.filtered), found.filtered_cut != 0 ? "+" : " ",
              unknown                      ? "cut"
              : found.components_full != 0 ? "more"
                                           : "whole");
  std::fflush(stdout);
  return seconds <= kSecondsMax && megabytes <= kMegabytesMax;
}

int run(std::string_view wanted) {
  std::printf("%-13s%8s%10s%12s%9s%9s%11s  answer\n", "shape", "n", "CPU s", "steps", "MB",
              "cycles", "filtered");
  bool good = true;
  for (const Shape& shape : kShapes) {
    if (!wanted.empty() && shape.name != wanted) continue;
    for (const Id factor : {1u, 2u, 4u}) good = measure(shape, factor * shape.n) && good;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace lockweave::model

int main(int argc, char** argv) { return lockweave::model::run(argc > 1 ? argv[1] : ""); }
