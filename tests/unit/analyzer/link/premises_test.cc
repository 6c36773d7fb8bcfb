// tests/unit/analyzer/link/premises_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a way through a function supposes, and what callers make of it.
#include "analyzer/link/premises.h"

#include <gtest/gtest.h>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

const Path v = global("v");

Premise not_zero(bool holds) { return {v, 0, false, holds}; }
Premise equals(std::int64_t value, bool holds) { return {v, value, true, holds}; }

TEST(Premises, Contradictions) {
  const struct {
    Premise a;
    Premise b;
    bool contradict;
  } cases[] = {
      {not_zero(true), not_zero(true), false},
      {not_zero(true), not_zero(false), true},
      {equals(3, true), equals(3, false), true},
      {equals(3, true), equals(4, true), true},
      {equals(3, true), equals(4, false), false},
      {equals(3, false), equals(4, false), false},
      {equals(3, true), not_zero(true), false},
      {equals(3, true), not_zero(false), true},
      {equals(0, true), not_zero(true), true},
      {equals(0, false), not_zero(false), true},
      {equals(5, false), not_zero(false), false},
      {equals(3, true), {global("w"), 3, true, false}, false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(contradict(one.a, one.b), one.contradict) << one.a.value << " " << one.b.value;
    EXPECT_EQ(contradict(one.b, one.a), one.contradict) << one.a.value << " " << one.b.value;
  }
}

TEST(Premises, WhatIsPassed) {
  summary::Argument constant{v, ""};
  constant.constant = true;
  constant.value = 3;
  EXPECT_EQ(holds_for(equals(3, true), constant), Answer::yes);
  EXPECT_EQ(holds_for(equals(4, true), constant), Answer::no);
  EXPECT_EQ(holds_for(not_zero(false), constant), Answer::no);
  summary::Argument address{v, ""};
  address.not_null = true;
  EXPECT_EQ(holds_for(not_zero(true), address), Answer::yes);
  EXPECT_EQ(holds_for(equals(0, true), address), Answer::no);
  EXPECT_EQ(holds_for(equals(3, true), address), Answer::unknown);
  EXPECT_EQ(holds_for(equals(3, true), {v, ""}), Answer::unknown);
}

// lock(how): locks if it is 1, unlocks if it is 2, else nothing.
void add_switch(UnitBuilder& unit) {
  FunctionBuilder& f = unit.function("lock").parameter("how");
  f.tests("one", parameter(0), 1).tests("two", parameter(0), 2);
  f.branch("one", 2, 3).at(2).acquire(m).go(1);
  f.at(3).branch("two", 4, 1).at(4).release(m).go(1);
}

void pass(FunctionBuilder& f, std::int64_t value) {
  f.call("lock", {nowhere()}).with([&](Op& op) {
    op.arguments[0].constant = true;
    op.arguments[0].value = value;
  });
}

TEST(PremisesOfCalls, AConstantChoosesTheWay) {
  UnitBuilder unit;
  add_switch(unit);
  FunctionBuilder& held = unit.function("held");
  pass(held, 1);
  held.read(probe);
  FunctionBuilder& given_back = unit.function("given_back");
  pass(given_back, 1);
  pass(given_back, 2);
  given_back.read(probe);
  FunctionBuilder& neither = unit.function("neither");
  pass(neither, 7);
  neither.read(probe);
  unit.function("unknown").parameter("how").call("lock", {parameter(0)}).read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "held"), "m");
  EXPECT_EQ(held_at(program, "given_back"), "");
  EXPECT_EQ(held_at(program, "neither"), "");
  EXPECT_EQ(held_at(program, "unknown"), "m?");
}

TEST(PremisesOfCalls, AConstantLeavesOutWhatIsNotDone) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("update").parameter("needs_lock");
  f.tests("needs", parameter(0)).branch("needs", 2, 1).at(2).acquire(m).release(m).go(1);
  unit.function("without").call("update", {nowhere()}).with([](Op& op) {
    op.arguments[0].constant = true;
  });
  unit.function("with").call("update", {nowhere()}).with([](Op& op) {
    op.arguments[0].constant = true;
    op.arguments[0].value = 1;
  });
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "without"), "");
  EXPECT_EQ(wants_of(program, "with"), ">m");
}

TEST(PremisesOfCalls, WhatNeverReturnsEndsTheWay) {
  UnitBuilder unit;
  FunctionBuilder& fail = unit.function("fail");
  fail.go(2).at(2).go(2);
  FunctionBuilder& lock = unit.function("lock");
  lock.branch("failed", 2, 3).at(2).call("fail").go(1).at(3).acquire(m).go(1);
  unit.function("f").call("lock").read(probe);
  EXPECT_EQ(held_at(link_one(unit), "f"), "m");
}

// lock(c), unlock(c): nothing if there is no c.
void add_conditional_pair(UnitBuilder& unit) {
  const Path lock = parameter(0) / "C::mu";
  FunctionBuilder& f = unit.function("lock").parameter("c", "C");
  f.tests("c", parameter(0)).branch("c", 2, 1).at(2).acquire(lock).go(1);
  FunctionBuilder& g = unit.function("unlock").parameter("c", "C");
  g.tests("c", parameter(0)).branch("c", 2, 1).at(2).release(lock).go(1);
}

TEST(PremisesOfCalls, TheSameQuestionTwiceHasOneAnswer) {
  UnitBuilder unit;
  add_conditional_pair(unit);
  unit.function("f")
      .parameter("c", "C")
      .call("lock", {parameter(0)})
      .call("unlock", {parameter(0)})
      .read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "");
  EXPECT_EQ(exits_of(program, "f"), "{/} {/}");
}

TEST(PremisesOfCalls, WhatIsAssignedInBetweenIsAnotherValue) {
  UnitBuilder unit;
  add_conditional_pair(unit);
  FunctionBuilder& f = unit.function("f").parameter("c", "C");
  f.call("lock", {local("x")}).add(OpKind::alias, local("x"), {nowhere()});
  f.call("unlock", {local("x")}).read(probe);
  EXPECT_EQ(held_at(link_one(unit), "f"), "x#1.C::mu?");
}

TEST(PremisesOfCalls, ACallersOwnTestCounts) {
  UnitBuilder unit;
  add_conditional_pair(unit);
  FunctionBuilder& f = unit.function("f").parameter("c", "C");
  f.tests("mine", parameter(0)).call("lock", {parameter(0)}).branch("mine", 2, 1);
  f.at(2).read(probe).call("unlock", {parameter(0)}).go(1);
  EXPECT_EQ(held_at(link_one(unit), "f"), "p0.C::mu");
}

TEST(PremisesOfCalls, WhatTheFunctionWritesIsNoPremise) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("lock").parameter("c");
  f.tests("c", parameter(0)).assign("c", true).with([](Op& op) { op.object = parameter(0); });
  f.branch("c", 2, 1).at(2).acquire(m).go(1);
  unit.function("f").call("lock", {nowhere()}).with([](Op& op) {
    op.arguments[0].constant = true;
  });
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "f"), ">m");
}

// lock_unless_busy(): `if (busy) return; busy = true; lock(m);`
TEST(PremisesOfCalls, WhatIsWrittenAfterTheQuestionIsOne) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("lock_unless_busy");
  f.tests("busy", global("busy")).branch("busy", 1, 2).at(2).write(global("busy"));
  f.acquire(m).release(m).go(1);
  FunctionBuilder& caller = unit.function("f");
  caller.tests("busy", global("busy")).assign("busy", true).with([](Op& op) {
    op.object = global("busy");
  });
  caller.call("lock_unless_busy");
  EXPECT_EQ(wants_of(link_one(unit), "f"), "");
}

TEST(Names, MembersOfPartsAreToldApart) {
  const Path one = object() / "Db::mutex_." / "Mutex::mu_";
  const Path other = object() / "File::mutex_." / "Mutex::mu_";
  const Path referred = object() / "CondVar::mutex_" / "Mutex::mu_";
  const Path element = object() / "Cache::shards_." / "[]" / "Shard::mu";
  EXPECT_EQ(identity_of(one).of_class, "Db::mutex_.Mutex::mu_");
  EXPECT_EQ(identity_of(one).name, "Db::mutex_.mu_");
  EXPECT_NE(identity_of(one).of_class, identity_of(other).of_class);
  EXPECT_EQ(identity_of(referred).of_class, "Mutex::mu_");
  EXPECT_EQ(identity_of(element).of_class, "Cache::shards_.[]Shard::mu");
  EXPECT_EQ(identity_of(element).name, "Cache::shards_[].mu");
  EXPECT_EQ(identity_of(object() / "Db::file_.").name, "Db::file_");
  EXPECT_EQ(member_key(one), "Mutex::mu_");
}

}  // namespace
}  // namespace lockweave::analyzer::link
