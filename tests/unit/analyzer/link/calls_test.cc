// tests/unit/analyzer/link/calls_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What calls do to their callers: wants, locks left held, guards, functions passed and stored.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

TEST(CallWants, CallersLocksComeBeforeTheCallees) {
  UnitBuilder unit;
  unit.function("outer").guard(g, {m}).call("middle").guard_end(g);
  unit.function("middle").call("inner");
  unit.function("inner").acquire(n).release(n);
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "inner"), ">n");
  EXPECT_EQ(wants_of(program, "middle"), ">n");
  EXPECT_EQ(wants_of(program, "outer"), ">m m>n");
  const Want& want = function_of(program, "outer").effects.wants.back();
  std::vector<std::string> way;
  for (const TraceStep* step = want.trace.get(); step != nullptr; step = step->inner.get()) {
    way.push_back(program.functions[step->function].function->name);
  }
  EXPECT_EQ(words(way), "outer middle inner");
  EXPECT_EQ(innermost(want.trace).op->kind, OpKind::acquire);
}

TEST(CallWants, ParametersAndThisAreSubstituted) {
  UnitBuilder unit;
  unit.function("transfer")
      .parameter("from", "A")
      .parameter("to", "A")
      .guard(g, {parameter(0) / "A::mu"})
      .call("A::add", {}, parameter(1))
      .guard_end(g);
  unit.function("A::add").method_of("A").acquire(object() / "A::mu").release(object() / "A::mu");
  unit.function("user").call("transfer", {global("x"), global("y")});
  unit.function("other").call("transfer", {object() / "O::a", local("v")});
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "transfer"), ">p0.A::mu p0.A::mu>p1.A::mu");
  EXPECT_EQ(wants_of(program, "user"), ">x.A::mu x.A::mu>y.A::mu");
  EXPECT_EQ(wants_of(program, "other"), ">this.O::a.A::mu this.O::a.A::mu>v.A::mu");
}

TEST(CallWants, KnownEdgesGoUpBare) {
  UnitBuilder unit;
  unit.function("inner").acquire(m).acquire(n).release(n).release(m);
  unit.function("outer").call("inner");
  unit.function("holder").acquire(global("k")).call("inner").release(global("k"));
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "inner"), ">m m>n");
  EXPECT_EQ(wants_of(program, "outer"), ">m >n");
  EXPECT_EQ(wants_of(program, "holder"), ">k k>m k>n");
}

TEST(CallWants, WhatCannotBeNamedKeepsItsMember) {
  UnitBuilder unit;
  unit.function("lock").parameter("a", "A").acquire(parameter(0) / "A::mu");
  unit.function("bare").parameter("mu").acquire(parameter(0));
  unit.function("f").call("lock", {nowhere()}).call("bare", {nowhere()}).read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "f"), ">-.A::mu");
  EXPECT_EQ(held_at(program, "f"), "-.A::mu");
}

TEST(CallWants, LocalsOfTheCalleeAreOthersEachTime) {
  UnitBuilder unit;
  unit.function("lock_any").acquire(local("node") / "N::mu");
  unit.function("f").call("lock_any").read(probe);
  EXPECT_EQ(held_at(link_one(unit), "f"), "node#1.N::mu");
}

TEST(CallExits, WrappersTakeAndGiveBack) {
  UnitBuilder unit;
  unit.function("lock_m").acquire(m);
  unit.function("unlock_m").release(m);
  unit.function("f").call("lock_m").read(probe).call("unlock_m").read(global("after"));
  unit.function("swap").acquire(m).call("unlock_m").call("lock_m").read(probe).release(m);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "m");
  EXPECT_EQ(held_at(program, "f", "after"), "");
  EXPECT_EQ(exits_of(program, "f"), "{/}");
  EXPECT_EQ(held_at(program, "swap"), "m");
  EXPECT_EQ(wants_of(program, "swap"), ">m");  // not m while m is held
  const Held& held = moment_of_probe(function_of(program, "f"), "probe")->held.front();
  EXPECT_EQ(held.taken->function, program.find("f"));
  EXPECT_EQ(innermost(held.taken).function, program.find("lock_m"));
}

TEST(CallExits, TemporaryRelease) {
  UnitBuilder unit;
  unit.function("outside").release(m).acquire(n).release(n).acquire(m);
  unit.function("f").acquire(m).call("outside").read(probe).release(m);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "m");
  EXPECT_EQ(wants_of(program, "f"), ">m >n");
}

TEST(CallExits, TheBoolReturnedTellsWaysApart) {
  UnitBuilder unit;
  unit.function("try_m")
      .try_acquire(m, "ok")
      .branch("ok", 2, 3)
      .at(2)
      .leave(true)
      .at(3)
      .leave(false);
  unit.function("forward").try_acquire(m, "ok").add(OpKind::leave, {}).with([](Op& op) {
    op.from = 1;
  });
  for (const char* callee : {"try_m", "forward"}) {
    unit.function(std::string("use_") + callee)
        .call(callee)
        .returning("got")
        .branch("got", 2, 3)
        .at(2)
        .read(probe)
        .release(m)
        .go(3)
        .at(3)
        .read(global("after"));
  }
  unit.function("negated").call("try_m").returning("failed", true).branch("failed", 1, 2);
  unit.function("negated2");
  const Program program = link_one(unit);
  for (const char* user : {"use_try_m", "use_forward"}) {
    EXPECT_EQ(held_at(program, user), "m");
    EXPECT_EQ(held_at(program, user, "after"), "");
  }
  EXPECT_EQ(exits_of(program, "negated"), "{/} {m/}");
}

TEST(CallExits, ReturnedGuardBelongsToTheVariable) {
  UnitBuilder unit;
  unit.function("lock").guard(g, {m}).leave_with(g).at(0);
  unit.function("f")
      .call("lock")
      .into(local("mine"))
      .read(probe)
      .guard_end(local("mine"))
      .read(global("after"));
  unit.function("moved");
  FunctionBuilder& by_move = unit.function("by_move");
  by_move.call("lock");
  by_move.guard_move(result_of(by_move.last()), local("mine")).read(probe);
  by_move.guard_end(local("mine")).read(global("after"));
  FunctionBuilder& dropped = unit.function("dropped");
  dropped.call("lock");
  dropped.guard_end(result_of(dropped.last())).read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "m");
  EXPECT_EQ(held_at(program, "f", "after"), "");
  EXPECT_EQ(held_at(program, "by_move"), "m");
  EXPECT_EQ(held_at(program, "by_move", "after"), "");
  EXPECT_EQ(held_at(program, "dropped"), "");
  EXPECT_TRUE(function_of(program, "lock").lock_wrapper);
}

TEST(CallExits, GuardAsArgument) {
  UnitBuilder unit;
  unit.function("pause")
      .parameter("lock")
      .guard_release(parameter(0))
      .acquire(n)
      .release(n)
      .guard_acquire(parameter(0));
  unit.function("stop").parameter("lock").guard_release(parameter(0));
  unit.function("f")
      .guard(g, {m})
      .call("pause", {g})
      .read(probe)
      .guard_end(g)
      .read(global("after"));
  unit.function("h").guard(g, {m}).call("stop", {g}).read(probe).guard_end(g).read(global("after"));
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "m");
  EXPECT_EQ(held_at(program, "f", "after"), "");
  EXPECT_EQ(held_at(program, "h"), "");
  EXPECT_EQ(exits_of(program, "h"), "{/}");
  EXPECT_EQ(wants_of(program, "f"), ">m >n");
}

// A wait on the caller's lock: the lock is given up below, so nothing is wanted under it.
TEST(CallExits, WaitOnTheCallersLock) {
  UnitBuilder unit;
  unit.function("await").parameter("lock").wait(global("cv"), parameter(0));
  unit.function("f").acquire(n).guard(g, {m}).call("await", {g}).guard_end(g).release(n);
  const Program program = link_one(unit);
  const std::vector<Stop>& stops = function_of(program, "f").effects.stops;
  ASSERT_EQ(stops.size(), 1U);
  EXPECT_EQ(short_held(stops[0].held), "n");
  EXPECT_EQ(wants_of(program, "f"), ">n n>m");
}

TEST(CallExits, UserGuardByMember) {
  UnitBuilder unit;
  unit.function("Locker::Locker")
      .method_of("Locker")
      .parameter("mu")
      .set([](auto& f) { f.constructor = true; })
      .alias(object() / "Locker::mu_", parameter(0))
      .acquire(object() / "Locker::mu_");
  unit.function("Locker::~Locker")
      .method_of("Locker")
      .set([](auto& f) { f.destructor = true; })
      .release(object() / "Locker::mu_");
  unit.function("f")
      .call("Locker::Locker", {m}, g)
      .read(probe)
      .call("Locker::~Locker", {}, g)
      .read(global("after"));
  unit.function("thrown").call("Locker::Locker", {m}, g).go_thrown(2).go(1).at(2).read(probe);
  unit.function("other")
      .call("Locker::Locker", {m}, g)
      .call("Locker::~Locker", {}, local("another"))
      .read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "m");
  EXPECT_EQ(held_at(program, "f", "after"), "");
  EXPECT_EQ(exits_of(program, "f"), "{/}");
  EXPECT_EQ(held_at(program, "thrown"), "");
  EXPECT_EQ(held_at(program, "other"), "m");
}

TEST(CallExits, UserGuardThatOwnsAGuard) {
  UnitBuilder unit;
  unit.function("Locker::Locker")
      .method_of("Locker")
      .parameter("mu")
      .set([](auto& f) { f.constructor = true; })
      .guard(object() / "Locker::lock_", {parameter(0)});
  unit.function("Locker::~Locker")
      .method_of("Locker")
      .set([](auto& f) { f.destructor = true; })
      .guard_end(object() / "Locker::lock_");
  unit.function("f")
      .call("Locker::Locker", {m}, g)
      .read(probe)
      .call("Locker::~Locker", {}, g)
      .read(global("after"));
  unit.function("never_locked").call("Locker::~Locker", {}, g).read(probe);
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "m");
  EXPECT_EQ(held_at(program, "f", "after"), "");
  EXPECT_EQ(exits_of(program, "f"), "{/}");
  EXPECT_EQ(exits_of(program, "never_locked"), "{/}");
}

TEST(CallExits, AttributesOfWhatIsOnlyDeclared) {
  UnitBuilder unit;
  unit.function("take")
      .parameter("a", "A")
      .promise(Promise::Kind::acquires, parameter(0) / "A::mu")
      .declared_only();
  unit.function("give")
      .parameter("a", "A")
      .promise(Promise::Kind::releases, parameter(0) / "A::mu")
      .declared_only();
  unit.function("f")
      .acquire(n)
      .call("take", {global("a")})
      .read(probe)
      .call("give", {global("a")})
      .read(global("after"));
  const Program program = link_one(unit);
  EXPECT_EQ(held_at(program, "f"), "n a.A::mu");
  EXPECT_EQ(held_at(program, "f", "after"), "n");
  EXPECT_EQ(wants_of(program, "f"), ">n n>a.A::mu");
}

TEST(CallTargets, VirtualCallRunsAllOverriders) {
  UnitBuilder unit;
  unit.function("Base::run").method_of("Base").declared_only().set([](auto& f) {
    f.is_virtual = true;
  });
  unit.function("A::run").method_of("A").overrides("Base::run").acquire(m).release(m);
  unit.function("B::run").method_of("B").overrides("A::run").acquire(n).release(n);
  unit.function("f").acquire(global("k")).call_virtual("Base::run", parameter(0));
  unit.function("of_b").call_virtual("B::run", parameter(0));
  const Program program = link_one(unit);
  const Moment& call = first_of(program, "f", OpKind::call);
  EXPECT_EQ(call.targets.size(), 2U);
  EXPECT_FALSE(call.open);
  EXPECT_EQ(wants_of(program, "f"), ">k k>m k>n");
  EXPECT_EQ(wants_of(program, "of_b"), ">n");
}

TEST(CallTargets, SomeOverridersLeaveItHeld) {
  UnitBuilder unit;
  unit.function("Base::enter").method_of("Base").set([](auto& f) { f.is_virtual = true; });
  unit.function("A::enter").method_of("A").overrides("Base::enter").acquire(m);
  unit.function("f").call_virtual("Base::enter", parameter(0)).read(probe);
  EXPECT_EQ(held_at(link_one(unit), "f"), "m?");
}

TEST(CallTargets, TooManyStayOpen) {
  UnitBuilder unit;
  unit.function("Base::run").method_of("Base").declared_only();
  for (int i = 0; i < 9; ++i) {
    unit.function("D" + std::to_string(i) + "::run").overrides("Base::run").acquire(m).release(m);
  }
  unit.function("f").call_virtual("Base::run", parameter(0));
  const Program program = link_one(unit);
  EXPECT_TRUE(first_of(program, "f", OpKind::call).open);
  EXPECT_TRUE(first_of(program, "f", OpKind::call).targets.empty());
  EXPECT_EQ(wants_of(program, "f"), "");
}

TEST(CallTargets, UnknownIsOpen) {
  UnitBuilder unit;
  unit.function("declared").declared_only();
  unit.function("f").call("declared");
  unit.function("h").call_unknown("what");
  const Program program = link_one(unit);
  EXPECT_TRUE(first_of(program, "f", OpKind::call).open);
  EXPECT_TRUE(first_of(program, "h", OpKind::call).open);
}

TEST(CallTargets, StoredInAMember) {
  UnitBuilder unit;
  unit.function("handler").acquire(m).release(m);
  unit.bind(object("S") / "S::callback", "handler");
  unit.function("fire").acquire(n).call_stored(parameter(0) / "S::callback");
  unit.function("other").acquire(n).call_stored(parameter(0) / "S::other");
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "fire"), ">n n>m");
  EXPECT_EQ(wants_of(program, "other"), ">n");
  EXPECT_TRUE(first_of(program, "other", OpKind::call).open);
}

TEST(CallTargets, StoredByAFunctionThatTakesIt) {
  UnitBuilder unit;
  unit.function("handler").acquire(m).release(m);
  unit.function("S::on_event")
      .method_of("S")
      .parameter("f")
      .alias(object() / "S::callback", parameter(0));
  unit.function("setup").call("S::on_event", {}, global("s")).passing("handler");
  unit.function("fire").acquire(n).call_stored(object() / "S::callback");
  EXPECT_EQ(wants_of(link_one(unit), "fire"), ">n n>m");
}

TEST(CallPassed, RunsUnderBothLocks) {
  UnitBuilder unit;
  unit.function("with_lock").parameter("f").guard(g, {m}).call_stored(parameter(0)).guard_end(g);
  unit.function("lambda")
      .set([](auto& f) { f.lambda = true; })
      .read(probe)
      .acquire(global("k"))
      .release(global("k"));
  unit.function("user").acquire(n).call("with_lock").passing("lambda").release(n);
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "user"), ">n n,m>k n>m");
  EXPECT_EQ(surely_at(program, "lambda"), "n m");
  EXPECT_EQ(wants_of(program, "with_lock"), ">m");
}

TEST(CallPassed, ThroughTwoFunctions) {
  UnitBuilder unit;
  unit.function("inner").parameter("f").guard(g, {m}).call_stored(parameter(0)).guard_end(g);
  unit.function("outer").parameter("x").parameter("f").call("inner", {parameter(1)});
  unit.function("lambda").set([](auto& f) { f.lambda = true; }).acquire(n).release(n);
  unit.function("user").call("outer", {nowhere()}).passing("lambda");
  EXPECT_EQ(wants_of(link_one(unit), "user"), ">m m>n");
}

TEST(CallPassed, LambdasThisAndLocalsAreItsMakers) {
  UnitBuilder unit;
  unit.function("each").parameter("f").call_stored(parameter(0), {global("item")});
  unit.function("lambda")
      .set([](auto& f) { f.lambda = true; })
      .parameter("it", "I")
      .guard(local("lg"), {object() / "S::mu"})
      .acquire(parameter(0) / "I::mu")
      .release(parameter(0) / "I::mu")
      .acquire(local("captured"))
      .release(local("captured"))
      .guard_end(local("lg"));
  unit.function("S::run").method_of("S").call("each").passing("lambda");
  EXPECT_EQ(wants_of(link_one(unit), "S::run"),
            ">this.S::mu this.S::mu>captured this.S::mu>item.I::mu");
}

TEST(CallPassed, LambdaNamesItsMakersParameters) {
  UnitBuilder unit;
  unit.function("lambda")
      .set([](auto& f) { f.lambda = true; })
      .read(probe)
      .acquire(local("key of a") / "A::mu")
      .release(local("key of a") / "A::mu");
  FunctionBuilder& f = unit.function("g").parameter("a", "A").parameter("b", "B");
  f.set([](auto& function) {
    function.parameters[0].key = "key of a";
    function.parameters[1].key = "key of b";
  });
  f.acquire(parameter(1) / "B::mu").call("lambda").release(parameter(1) / "B::mu");
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "g"), ">p1.B::mu p1.B::mu>p0.A::mu");
  EXPECT_EQ(surely_at(program, "lambda"), "key of b.B::mu");
}

TEST(CallRecursion, OneRoundSeesTheOther) {
  UnitBuilder unit;
  unit.function("even").acquire(m).call("odd").release(m);
  unit.function("odd").acquire(n).call("even").release(n);
  unit.function("self").acquire(m).call("self").release(m);
  const Program program = link_one(unit);
  const std::string even = wants_of(program, "even");
  EXPECT_NE(even.find("m>n"), std::string::npos) << even;
  EXPECT_NE(even.find("m>m"), std::string::npos) << even;
  EXPECT_NE(wants_of(program, "odd").find("n>m"), std::string::npos);
  EXPECT_EQ(wants_of(program, "self"), ">m m>m");
}

TEST(CallTouches, OnlyTheCallerKnowsTheVariable) {
  UnitBuilder unit;
  unit.function("bump").parameter("value").write(parameter(0));
  unit.function("f").guard(g, {m}).call("bump", {global("count")}).guard_end(g);
  unit.function("outer").call("f");
  const Program program = link_one(unit);
  const std::vector<Touch>& touches = function_of(program, "f").effects.touches;
  ASSERT_EQ(touches.size(), 1U);
  EXPECT_EQ(short_path(touches[0].object), "count");
  EXPECT_EQ(short_held(touches[0].held), "m");
  EXPECT_TRUE(innermost(touches[0].trace).op->write);
  EXPECT_TRUE(function_of(program, "outer").effects.touches.empty());
}

TEST(CallLimits, LongChainsLeaveTheMiddleOut) {
  UnitBuilder unit;
  unit.function("f0").acquire(m).release(m);
  for (int i = 1; i <= 40; ++i) {
    unit.function("f" + std::to_string(i)).call("f" + std::to_string(i - 1));
  }
  const Program program = link_one(unit);
  const std::vector<Want>& wants = function_of(program, "f40").effects.wants;
  ASSERT_EQ(wants.size(), 1U);
  EXPECT_LE(wants[0].trace->depth, Settings{}.depth_max);
  EXPECT_EQ(innermost(wants[0].trace).op->kind, OpKind::acquire);
}

TEST(CallLimits, WhatGoesUpIsCut) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f");
  for (int i = 0; i < 100; ++i) {
    const Path lock = global("m" + std::to_string(i));
    f.acquire(lock).release(lock);
  }
  unit.function("outer").call("f");
  const Program program = link_one(unit);
  EXPECT_EQ(function_of(program, "f").effects.wants.size(), 100U);
  EXPECT_EQ(function_of(program, "outer").effects.wants.size(), Settings{}.effects_max);
  EXPECT_TRUE(function_of(program, "f").effects.cut);
}

}  // namespace
}  // namespace lockweave::analyzer::link
