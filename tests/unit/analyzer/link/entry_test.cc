// tests/unit/analyzer/link/entry_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every caller holds.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

std::string entry_of(const UnitBuilder& unit, const std::string& key) {
  return short_held(function_of(link_one(unit), key).entry);
}

TEST(Entry, HeldByEveryCaller) {
  UnitBuilder unit;
  unit.function("helper").internal().read(probe);
  unit.function("a").acquire(n).acquire(m).call("helper").release(m).release(n);
  unit.function("b").acquire(m).call("helper").release(m);
  EXPECT_EQ(entry_of(unit, "helper"), "m");
  unit.function("c").call("helper");
  EXPECT_EQ(entry_of(unit, "helper"), "");
}

TEST(Entry, UncertainAtTheCallIsNotHeld) {
  UnitBuilder unit;
  unit.function("helper").internal();
  unit.function("a").fork_to(2, 3).at(2).acquire(m).go(3).at(3).call("helper");
  EXPECT_EQ(entry_of(unit, "helper"), "");
}

TEST(Entry, NamesBecomeTheCallees) {
  UnitBuilder unit;
  unit.function("A::step").method_of("A").hidden();
  unit.function("A::run").method_of("A").acquire(object() / "A::mu").call("A::step", {}, object());
  unit.function("use").acquire(global("a") / "A::mu").call("A::step", {}, global("a"));
  EXPECT_EQ(entry_of(unit, "A::step"), "this.A::mu");
  unit.function("wrong").acquire(global("b") / "A::mu").call("A::step", {}, global("a"));
  EXPECT_EQ(entry_of(unit, "A::step"), "");
}

TEST(Entry, ArgumentsBecomeParameters) {
  UnitBuilder unit;
  unit.function("set").internal().parameter("x").parameter("a", "A");
  unit.function("f")
      .parameter("a", "A")
      .guard(g, {parameter(0) / "A::mu"})
      .call("set", {nowhere(), parameter(0)});
  EXPECT_EQ(entry_of(unit, "set"), "p1.A::mu");
}

TEST(Entry, AliasesAreResolvedAtTheCall) {
  UnitBuilder unit;
  unit.function("set").internal().parameter("a", "A");
  unit.function("f")
      .parameter("a", "A")
      .alias(local("x"), parameter(0))
      .acquire(parameter(0) / "A::mu")
      .call("set", {local("x")});
  EXPECT_EQ(entry_of(unit, "set"), "p0.A::mu");
}

TEST(Entry, GoesDownThroughFunctionsThatHoldNothing) {
  UnitBuilder unit;
  unit.function("leaf").internal();
  unit.function("middle").internal().call("leaf");
  unit.function("top").acquire(m).call("middle").release(m);
  EXPECT_EQ(entry_of(unit, "leaf"), "m");
}

TEST(Entry, WhatTheCallerGaveUpIsNotHeld) {
  UnitBuilder unit;
  unit.function("leaf").internal();
  unit.function("middle").internal().read(probe).release(m).call("leaf").acquire(m);
  unit.function("top").acquire(m).call("middle").release(m);
  const Program program = link_one(unit);
  EXPECT_EQ(short_held(function_of(program, "leaf").entry), "");
  EXPECT_EQ(surely_at(program, "middle"), "m");
}

TEST(Entry, Recursion) {
  UnitBuilder unit;
  unit.function("walk").internal().call("walk").call("visit");
  unit.function("visit").internal().call("walk");
  unit.function("top").acquire(m).call("walk").release(m);
  EXPECT_EQ(entry_of(unit, "walk"), "m");
  EXPECT_EQ(entry_of(unit, "visit"), "m");
  unit.function("visit2").internal().release(m).call("walk").acquire(m);
  unit.function("top2").acquire(m).call("visit2").release(m);
  EXPECT_EQ(entry_of(unit, "visit"), "");
}

TEST(Entry, OthersMayCallIt) {
  UnitBuilder unit;
  unit.function("taken").address_taken();
  unit.function("spawned");
  unit.function("passed");
  unit.function("f").acquire(m).call("taken").call("spawned").call("passed");
  unit.function("h").spawn(local("t"), "spawned").call_unknown("register").passing("passed");
  const Program program = link_one(unit);
  for (const char* key : {"taken", "spawned", "passed"}) {
    EXPECT_EQ(short_held(function_of(program, key).entry), "") << key;
  }
}

TEST(Entry, AttributesDemandIt) {
  UnitBuilder unit;
  unit.function("f").promise(Promise::Kind::needs, m).read(probe).release(m).read(global("after"));
  const Program program = link_one(unit);
  EXPECT_EQ(surely_at(program, "f"), "m");
  EXPECT_EQ(surely_at(program, "f", "after"), "");
  EXPECT_EQ(exits_of(program, "f"), "{/m}");
}

TEST(Entry, WaitGivesTheCallersLockUp) {
  UnitBuilder unit;
  unit.function("await").internal().wait(global("cv"), m).read(probe);
  unit.function("f").acquire(m).call("await").release(m);
  const Program program = link_one(unit);
  const Moment& wait = first_of(program, "await", OpKind::wait);
  EXPECT_EQ(short_held(surely_held_at(function_of(program, "await"), wait)), "");
  EXPECT_EQ(surely_at(program, "await"), "m");
}

TEST(Entry, CallsInTheStartUpSayNothing) {
  UnitBuilder unit;
  unit.function("grow").internal().read(probe);
  unit.function("init").call("grow");
  unit.function("work").acquire(m).call("grow").release(m);
  unit.function("main").call("init").call("grow").spawn(local("t"), "work").detach(local("t"));
  EXPECT_EQ(entry_of(unit, "grow"), "m");
  unit.function("late").call("grow");
  unit.function("main2").call("late");
  EXPECT_EQ(entry_of(unit, "grow"), "");
}

TEST(Entry, CallsBeforeTheThreadsThatDoTheSameSayNothing) {
  UnitBuilder unit;
  unit.function("grow").internal().read(probe);
  unit.function("init").call("grow");
  unit.function("log");
  unit.function("work").acquire(m).call("grow").release(m);
  FunctionBuilder& main = unit.function("main");
  main.spawn(local("l"), "log").detach(local("l")).call("init");
  main.spawn(local("t"), "work").detach(local("t"));
  EXPECT_EQ(entry_of(unit, "grow"), "m");
  main.call("grow");
  EXPECT_EQ(entry_of(unit, "grow"), "");
}

TEST(Entry, WhatIsTakenAgainIsHeldAgain) {
  UnitBuilder unit;
  unit.function("outer").acquire(m).call("inner").release(m);
  FunctionBuilder& inner = unit.function("inner").internal().branch("b", 2, 3);
  inner.at(2).release(m).read(global("between")).acquire(m).go(3);
  inner.at(3).read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(surely_at(program, "inner"), "m");
  EXPECT_EQ(surely_at(program, "inner", "between"), "");
}

}  // namespace
}  // namespace lockweave::analyzer::link
