// tests/unit/analyzer/rules/locks_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One lock, one function: unlock-not-held, lock-leak, unnamed-guard, local-mutex,
// destroyed-while-held, callback-under-lock.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Mode;
using summary::Start;

TEST(UnlockNotHeld, SecondRelease) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").acquire(global("mu")).release(global("mu"));
  f.release(global("mu"));
  EXPECT_EQ(told(unit), at("unlock-not-held", "f", line_of_last(f)));
}

TEST(UnlockNotHeld, ReleaseForTheCallerIsSilent) {
  UnitBuilder unit;
  unit.function("leave").release(global("mu"));
  unit.function("f").acquire(global("mu")).call("leave");
  EXPECT_EQ(told(unit, true), "");
}

TEST(UnlockNotHeld, OnSomePathsOnlyIsSilent) {
  UnitBuilder unit;
  unit.function("f")
      .acquire(global("mu"))
      .branch("early", 2, 3)
      .at(2)
      .release(global("mu"))
      .go(4)
      .at(3)
      .go(4)
      .at(4)
      .branch("early", 5, 6)
      .at(6)
      .release(global("mu"))
      .at(5);
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockLeak, OneWayOutKeepsIt) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").acquire(global("mu")).branch("bad", 2, 3).at(2).leave();
  const auto line = line_of_last(f);
  f.at(3).release(global("mu"));
  EXPECT_EQ(told(unit), at("lock-leak", "f", line));
}

TEST(LockLeak, AThrow) {
  UnitBuilder unit;
  FunctionBuilder& f =
      unit.function("f").acquire(global("mu")).branch("bad", 2, 3).at(2).leave_thrown();
  const auto line = line_of_last(f);
  f.at(3).release(global("mu")).leave_thrown();
  EXPECT_EQ(told(unit), at("lock-leak", "f", line));
}

TEST(LockLeak, AGuardIsSilent) {
  UnitBuilder unit;
  unit.function("f")
      .guard(local("g"), {global("mu")})
      .branch("bad", 2, 3)
      .at(2)
      .guard_end(local("g"))
      .leave()
      .at(3)
      .guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockLeak, WrappersAreSilent) {
  UnitBuilder unit;
  unit.function("lock_it").acquire(global("mu"));
  unit.function("try_it")
      .try_acquire(global("mu"), "got")
      .branch("got", 2, 3)
      .at(2)
      .leave(true)
      .at(3)
      .leave(false);
  unit.function("unlock_it").release(global("mu"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockLeak, TheSameConditionTwiceIsSilent) {
  UnitBuilder unit;
  unit.function("f")
      .branch("threaded", 2, 3)
      .at(2)
      .acquire(global("mu"))
      .go(3)
      .at(3)
      .branch("threaded", 4, 5)
      .at(4)
      .release(global("mu"))
      .at(5);
  EXPECT_EQ(told(unit, true), "");
}

TEST(UnnamedGuard, ATemporary) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").guard(nowhere(), {global("mu")});
  f.with([](Op& op) { op.temporary = true; });
  const auto line = line_of_last(f);
  EXPECT_EQ(told(unit), at("unnamed-guard", "f", line));
}

TEST(UnnamedGuard, ANamedOneIsSilent) {
  UnitBuilder unit;
  unit.function("f").guard(local("g"), {global("mu")}).guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(UnnamedGuard, LocksNothing) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").guard(local("g"), {});
  const auto line = line_of_last(f);
  f.guard_end(local("g"));
  EXPECT_EQ(told(unit), at("~unnamed-guard", "f", line));
}

TEST(UnnamedGuard, DeferredAndNeverLocked) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").guard(local("g"), {global("mu")}, Start::deferred);
  const auto line = line_of_last(f);
  f.guard_end(local("g"));
  EXPECT_EQ(told(unit), at("~unnamed-guard", "f", line));
}

TEST(UnnamedGuard, FilledLaterIsSilent) {
  UnitBuilder unit;
  unit.function("f")
      .guard(local("g"), {})
      .guard(local("h"), {global("mu")})
      .guard_move(local("h"), local("g"))
      .guard_end(local("h"))
      .guard_end(local("g"));
  unit.function("h")
      .guard(local("d"), {global("mu")}, Start::deferred)
      .guard_acquire(local("d"))
      .guard_end(local("d"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(LocalMutex, IsTold) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").declare_lock(local("mu"));
  const auto line = line_of_last(f);
  f.guard(local("g"), {local("mu")}).guard_end(local("g"));
  EXPECT_EQ(told(unit), at("local-mutex", "f", line));
}

TEST(LocalMutex, SharedWithAThreadIsSilent) {
  UnitBuilder unit;
  unit.function("work");
  unit.function("f")
      .declare_lock(local("mu"))
      .spawn(local("t"), "work", {local("mu")})
      .guard(local("g"), {local("mu")})
      .guard_end(local("g"))
      .join(local("t"));
  unit.function("h")
      .declare_lock(local("other"))
      .with([](Op& op) { op.escapes = true; })
      .guard(local("g"), {local("other")})
      .guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(DestroyedWhileHeld, ByItsHolder) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").acquire(global("mu")).destroy_lock(global("mu"));
  EXPECT_EQ(told(unit), at("destroyed-while-held", "f", line_of_last(f)));
}

TEST(DestroyedWhileHeld, AfterReleaseIsSilent) {
  UnitBuilder unit;
  unit.function("f").acquire(global("mu")).release(global("mu")).destroy_lock(global("mu"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(CallbackUnderLock, AStoredFunction) {
  UnitBuilder unit;
  FunctionBuilder& f = unit.function("f").guard(local("g"), {global("mu")});
  f.call_stored(global("listener"));
  const auto line = line_of_last(f);
  f.guard_end(local("g"));
  EXPECT_EQ(told(unit), at("callback-under-lock", "f", line));
}

TEST(CallbackUnderLock, AfterReleaseIsSilent) {
  UnitBuilder unit;
  unit.function("f")
      .guard(local("g"), {global("mu")})
      .guard_release(local("g"))
      .call_stored(global("listener"))
      .guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(CallbackUnderLock, WhatTheProgramKnowsIsSilent) {
  UnitBuilder unit;
  unit.function("print");
  unit.bind(global("listener"), "print");
  unit.function("f")
      .guard(local("g"), {global("mu")})
      .call_stored(global("listener"))
      .guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(CallbackUnderLock, AVisitorIsSilent) {
  UnitBuilder unit;
  unit.function("f")
      .parameter("visit")
      .guard(local("g"), {global("mu")})
      .call_stored(parameter(0))
      .guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

}  // namespace
}  // namespace lockweave::analyzer::rules
