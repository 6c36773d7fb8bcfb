// tests/unit/analyzer/driver/lock_graph_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/lock_graph.h"

#include <gtest/gtest.h>

#include "tests/unit/analyzer/unit_builder.h"

namespace lockweave::analyzer::driver {
namespace {

using build::global;
using build::UnitBuilder;

LockGraph graph_of(UnitBuilder& unit) {
  return lock_graph_of(link::link_program({unit.build()}, link::Settings{}));
}

TEST(LockGraph, AnEdgeLeadsFromHeldToWantedAlsoThroughACall) {
  UnitBuilder unit("/src/bank.cc");
  unit.function("inner").acquire(global("b")).release(global("b"));
  unit.function("outer").acquire(global("a")).call("inner").release(global("a"));
  const LockGraph graph = graph_of(unit);
  EXPECT_EQ(graph.locks, (std::set<std::string>{"a", "b"}));
  ASSERT_EQ(graph.edges.size(), 1u);
  const auto& [edge, places] = *graph.edges.begin();
  EXPECT_EQ(edge, std::make_pair(std::string("a"), std::string("b")));
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places.begin()->function, "inner");
  EXPECT_EQ(places.begin()->held_at.rfind("/src/bank.cc:", 0), 0u) << places.begin()->held_at;
  EXPECT_NE(places.begin()->held_at, places.begin()->wanted_at);
}

TEST(LockGraph, ATryAndLocksOneAfterTheOtherMakeNone) {
  UnitBuilder unit("/src/bank.cc");
  unit.function("tries").acquire(global("a")).try_acquire(global("b"), "got").release(global("a"));
  unit.function("in_turn")
      .acquire(global("c"))
      .release(global("c"))
      .acquire(global("d"))
      .release(global("d"));
  const LockGraph graph = graph_of(unit);
  EXPECT_EQ(graph.locks, (std::set<std::string>{"a", "b", "c", "d"}));
  EXPECT_TRUE(graph.edges.empty());
}

TEST(LockGraph, IsWrittenInBothForms) {
  LockGraph graph;
  graph.locks = {"a", "x\"y"};
  graph.edges[{"a", "x\"y"}] = {{"/s/a.cc:1", "/s/a.cc:2", "f"}, {"/s/a.cc:1", "/s/b.cc:7", "g"}};
  EXPECT_EQ(as_dot(graph),
            "digraph locks {\n  // held -> wanted\n  node [shape=box];\n  \"a\";\n  \"x\\\"y\";\n"
            "  \"a\" -> \"x\\\"y\" [label=\"a.cc:2 and 1 more\"];\n}\n");
  const std::string json = as_json(graph);
  for (const char* part : {"\"lockweave\": \"lock-graph\"", "\"held\": \"a\"",
                           "\"wanted_at\": \"/s/b.cc:7\"", "\"function\": \"g\""}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << json;
  }
}

}  // namespace
}  // namespace lockweave::analyzer::driver
