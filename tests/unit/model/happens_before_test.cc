// tests/unit/model/happens_before_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "random_graph.h"

namespace lockweave::model {
namespace {

using testing::NaiveGraph;

TEST(HappensBefore, CreationAndJoin) {
  LockOrderGraph graph(heap_resource());
  graph.add_thread(2, 1, 3);
  graph.add_join(2, 1, 5);
  EXPECT_TRUE(graph.happens_before(1, 3, 2, 0));
  EXPECT_FALSE(graph.happens_before(1, 4, 2, 0));
  EXPECT_FALSE(graph.happens_before(2, 0, 1, 4));
  EXPECT_TRUE(graph.happens_before(2, 9, 1, 5));
  EXPECT_FALSE(graph.happens_before(2, 0, 1, 3));
}

TEST(HappensBefore, WithinOneThreadSegmentsAreInOrder) {
  const LockOrderGraph graph(heap_resource());
  EXPECT_TRUE(graph.happens_before(1, 0, 1, 1));
  EXPECT_FALSE(graph.happens_before(1, 1, 1, 1));
  EXPECT_FALSE(graph.happens_before(1, 2, 1, 1));
}

TEST(HappensBefore, UnknownThreadsAreUnordered) {
  LockOrderGraph graph(heap_resource());
  EXPECT_FALSE(graph.happens_before(1, 0, 2, 9));
  graph.add_thread(2, 1, 0);
  EXPECT_FALSE(graph.happens_before(77, 0, 2, 0));
  EXPECT_FALSE(graph.happens_before(2, 0, 77, 0));
}

TEST(HappensBefore, ContradictoryInputEnds) {
  LockOrderGraph graph(heap_resource());
  graph.add_thread(1, 2, 5);
  graph.add_thread(2, 1, 5);
  graph.add_thread(3, 3, 0);
  graph.add_join(1, 2, 0);
  graph.add_join(2, 1, 0);
  graph.add_join(3, 3, 0);
  EXPECT_FALSE(graph.happens_before(3, 0, 1, 0));
  EXPECT_FALSE(graph.happens_before(1, 0, 3, 0));
}

TEST(HappensBefore, ThousandsOfThreadsOneAfterTheOther) {
  LockOrderGraph graph(heap_resource());
  constexpr Id kThreads = 20000;
  for (Id i = 1; i < kThreads; ++i) {
    graph.add_thread(i + 1, 1, 2 * i);
    graph.add_join(i + 1, 1, 2 * i + 2);
  }
  EXPECT_TRUE(graph.happens_before(2, 0, kThreads, 0));
  EXPECT_FALSE(graph.happens_before(kThreads, 0, 2, 0));
}

TEST(HappensBefore, AgreesWithTheClosureOnRandomPrograms) {
  const std::uint64_t first = testing::first_seed();
  for (std::uint64_t seed = first; seed < first + 1500; ++seed) {
    SCOPED_TRACE("LOCKWEAVE_TEST_SEED=" + std::to_string(seed));
    LockOrderGraph graph(heap_resource());
    const testing::RandomGraph random(seed, graph);
    const NaiveGraph::Before before(random.naive);
    for (Id a = 1; a <= random.naive.threads; ++a) {
      for (Id b = 1; b <= random.naive.threads; ++b) {
        for (std::uint32_t s = 0; s < random.naive.segments; ++s) {
          for (std::uint32_t t = 0; t < random.naive.segments; ++t) {
            if (a == b) continue;
            ASSERT_EQ(graph.happens_before(a, s, b, t), before({a, s}, {b, t}))
                << a << "." << s << " before " << b << "." << t;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace lockweave::model
