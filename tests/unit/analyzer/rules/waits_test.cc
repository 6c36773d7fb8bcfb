// tests/unit/analyzer/rules/waits_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Condition variables, and other waits under a lock.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Attempt;

FunctionBuilder& waits(UnitBuilder& unit, const std::string& name, const Path& variable,
                       const Path& mutex) {
  return unit.function(name).guard(local(name + "_g"), {mutex}).wait(variable, local(name + "_g"));
}

TEST(WaitWithoutPredicate, IsTold) {
  UnitBuilder unit;
  FunctionBuilder& f = waits(unit, "f", global("cv"), global("mu"));
  const auto line = line_of_last(f);
  f.guard_end(local("f_g"));
  EXPECT_EQ(told(unit), at("wait-without-predicate", "f", line));
}

TEST(WaitWithoutPredicate, LoopsAndPredicatesAreSilent) {
  UnitBuilder unit;
  waits(unit, "f", global("cv"), global("mu")).in_loop().guard_end(local("f_g"));
  waits(unit, "h", global("cv"), global("mu"))
      .with([](Op& op) { op.predicate = true; })
      .guard_end(local("h_g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(WaitWithoutPredicate, ALoopAroundTheWrapperIsSilent) {
  UnitBuilder unit;
  waits(unit, "await", global("cv"), global("mu")).guard_end(local("await_g"));
  unit.function("f").call("await").in_loop();
  EXPECT_EQ(told(unit, true), "");
}

TEST(WaitWithoutPredicate, ATimedOneIsAGuess) {
  UnitBuilder unit;
  FunctionBuilder& f = waits(unit, "f", global("cv"), global("mu"));
  f.with([](Op& op) { op.attempt = Attempt::timed; });
  const auto line = line_of_last(f);
  f.guard_end(local("f_g"));
  EXPECT_EQ(told(unit, true), at("?wait-without-predicate", "f", line));
}

// A thread waits for `flag`; another one sets it.
void add_flag_waiter(UnitBuilder& unit) {
  waits(unit, "waiter", global("cv"), global("mu"))
      .in_loop()
      .with([](Op& op) { op.tested = {global("flag")}; })
      .read(global("flag"))
      .guard_end(local("waiter_g"));
}

TEST(LostWakeup, StoreOutsideTheMutex) {
  UnitBuilder unit;
  add_flag_waiter(unit);
  FunctionBuilder& ring = unit.function("ring").write(global("flag"));
  const auto line = line_of_last(ring);
  ring.notify(global("cv"));
  starts(unit, {"waiter", "ring"});
  EXPECT_EQ(told(unit), at("lost-wakeup", "ring", line));
}

TEST(LostWakeup, AnAtomicFlagToo) {
  UnitBuilder unit;
  add_flag_waiter(unit);
  FunctionBuilder& ring = unit.function("ring").write(global("flag"));
  ring.with([](Op& op) { op.atomic = true; });
  const auto line = line_of_last(ring);
  ring.notify(global("cv"));
  starts(unit, {"waiter", "ring"});
  EXPECT_EQ(told(unit), at("lost-wakeup", "ring", line));
}

TEST(LostWakeup, StoreUnderTheMutexIsSilent) {
  UnitBuilder unit;
  add_flag_waiter(unit);
  unit.function("ring")
      .guard(local("g"), {global("mu")})
      .write(global("flag"))
      .guard_end(local("g"))
      .notify(global("cv"));
  starts(unit, {"waiter", "ring"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LostWakeup, BeforeTheThreadIsSilent) {
  UnitBuilder unit;
  add_flag_waiter(unit);
  unit.function("main")
      .write(global("flag"))
      .spawn(local("t"), "waiter")
      .notify(global("cv"))
      .join(local("t"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(WaitWhileHolding, NotifierNeedsIt) {
  UnitBuilder unit;
  FunctionBuilder& take = unit.function("take")
                              .guard(local("o"), {global("office")})
                              .guard(local("m"), {global("mailbox")})
                              .wait(global("cv"), local("m"))
                              .in_loop();
  const auto line = line_of_last(take);
  take.guard_end(local("m")).guard_end(local("o"));
  unit.function("put")
      .guard(local("o"), {global("office")})
      .guard(local("m"), {global("mailbox")})
      .notify(global("cv"))
      .guard_end(local("m"))
      .guard_end(local("o"));
  starts(unit, {"take", "put"});
  EXPECT_EQ(told(unit), at("wait-while-holding", "take", line));
}

TEST(WaitWhileHolding, HeldByTheCaller) {
  UnitBuilder unit;
  FunctionBuilder& inner = waits(unit, "inner", global("cv"), global("mailbox")).in_loop();
  const auto line = line_of_last(inner);
  inner.guard_end(local("inner_g"));
  unit.function("take").guard(local("o"), {global("office")}).call("inner").guard_end(local("o"));
  unit.function("put")
      .guard(local("o"), {global("office")})
      .guard_end(local("o"))
      .notify(global("cv"));
  starts(unit, {"take", "put"});
  EXPECT_EQ(told(unit), at("wait-while-holding", "inner", line));
}

TEST(WaitWhileHolding, NotifierThatNeedsNothingIsAGuess) {
  UnitBuilder unit;
  FunctionBuilder& take = unit.function("take")
                              .guard(local("o"), {global("office")})
                              .guard(local("m"), {global("mailbox")})
                              .wait(global("cv"), local("m"))
                              .in_loop();
  const auto line = line_of_last(take);
  take.guard_end(local("m")).guard_end(local("o"));
  unit.function("put").notify(global("cv"));
  starts(unit, {"take", "put"});
  EXPECT_EQ(told(unit, true), at("?wait-while-holding", "take", line));
}

TEST(WaitWhileHolding, OnlyItsOwnMutexIsSilent) {
  UnitBuilder unit;
  waits(unit, "take", global("cv"), global("mailbox")).in_loop().guard_end(local("take_g"));
  unit.function("put").notify(global("cv"));
  starts(unit, {"take", "put"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(CondvarTwoMutexes, IsTold) {
  UnitBuilder unit;
  waits(unit, "one", global("cv"), global("a")).in_loop().guard_end(local("one_g"));
  FunctionBuilder& two = waits(unit, "two", global("cv"), global("b")).in_loop();
  const auto line = line_of_last(two);
  two.guard_end(local("two_g"));
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit), at("condvar-two-mutexes", "two", line));
}

TEST(CondvarTwoMutexes, OneMutexOrTwoVariablesAreSilent) {
  UnitBuilder unit;
  waits(unit, "one", global("cv"), global("a")).in_loop().guard_end(local("one_g"));
  waits(unit, "two", global("cv"), global("a")).in_loop().guard_end(local("two_g"));
  waits(unit, "three", global("other"), global("b")).in_loop().guard_end(local("three_g"));
  starts(unit, {"one", "two", "three"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(CondvarTwoMutexes, OneAfterTheOtherIsSilent) {
  UnitBuilder unit;
  waits(unit, "one", global("cv"), global("a")).in_loop().guard_end(local("one_g"));
  waits(unit, "two", global("cv"), global("b")).in_loop().guard_end(local("two_g"));
  unit.function("main")
      .spawn(local("t"), "one")
      .join(local("t"))
      .spawn(local("u"), "two")
      .join(local("u"));
  EXPECT_EQ(told(unit, true), "");
}

void add_worker(UnitBuilder& unit, const std::string& lock) {
  unit.function("work").guard(local("w"), {global(lock)}).guard_end(local("w"));
}

TEST(BlockingUnderLock, JoinOfOneThatWantsTheLock) {
  UnitBuilder unit;
  add_worker(unit, "mu");
  FunctionBuilder& main = unit.function("main")
                              .spawn(local("t"), "work")
                              .guard(local("g"), {global("mu")})
                              .join(local("t"));
  const auto line = line_of_last(main);
  main.guard_end(local("g"));
  EXPECT_EQ(told(unit), at("blocking-under-lock", "main", line));
}

TEST(BlockingUnderLock, JoinOfOneThatWantsAnotherIsAGuess) {
  UnitBuilder unit;
  add_worker(unit, "other");
  FunctionBuilder& main = unit.function("main")
                              .spawn(local("t"), "work")
                              .guard(local("g"), {global("mu")})
                              .join(local("t"));
  const auto line = line_of_last(main);
  main.guard_end(local("g"));
  EXPECT_EQ(told(unit, true), at("?blocking-under-lock", "main", line));
}

TEST(BlockingUnderLock, JoinOfOneThatWaitsForAWhileIsNotTold) {
  UnitBuilder unit;
  unit.function("work")
      .guard(local("w"), {global("mu")})
      .with([](Op& op) { op.attempt = Attempt::timed; })
      .guard_end(local("w"));
  unit.function("main")
      .spawn(local("t"), "work")
      .guard(local("g"), {global("mu")})
      .join(local("t"))
      .guard_end(local("g"));
  EXPECT_EQ(told(unit), "");
}

TEST(BlockingUnderLock, JoinOfAMemberThread) {
  UnitBuilder unit;
  const Path self = object("Worker");
  unit.function("Worker::work")
      .method_of("Worker")
      .guard(local("w"), {self / "Worker::mu"})
      .guard_end(local("w"));
  unit.function("Worker::start")
      .method_of("Worker")
      .spawn(self / "Worker::thread", "Worker::work")
      .with([&](Op& op) { op.receiver = self; });
  FunctionBuilder& stop = unit.function("Worker::stop")
                              .method_of("Worker")
                              .guard(local("g"), {self / "Worker::mu"})
                              .join(self / "Worker::thread");
  const auto line = line_of_last(stop);
  stop.guard_end(local("g"));
  unit.function("main")
      .call("Worker::start", {}, local("worker", "Worker"))
      .call("Worker::stop", {}, local("worker", "Worker"));
  EXPECT_EQ(told(unit), at("blocking-under-lock", "Worker::stop", line));
}

TEST(BlockingUnderLock, SemaphoreWhosePosterWantsTheLock) {
  UnitBuilder unit;
  unit.function("poster")
      .guard(local("p"), {global("mu")})
      .guard_end(local("p"))
      .post(global("sem"), "semaphore");
  FunctionBuilder& taker =
      unit.function("taker").guard(local("g"), {global("mu")}).block(global("sem"), "semaphore");
  const auto line = line_of_last(taker);
  taker.guard_end(local("g"));
  starts(unit, {"poster", "taker"});
  EXPECT_EQ(told(unit), at("blocking-under-lock", "taker", line));
}

TEST(BlockingUnderLock, PosterThatWantsItAfterwardsIsAGuess) {
  UnitBuilder unit;
  unit.function("poster")
      .post(global("sem"), "semaphore")
      .guard(local("p"), {global("mu")})
      .guard_end(local("p"));
  unit.function("taker")
      .guard(local("g"), {global("mu")})
      .block(global("sem"), "semaphore")
      .guard_end(local("g"));
  starts(unit, {"poster", "taker"});
  EXPECT_EQ(told(unit), "");
}

TEST(BlockingUnderLock, SleepIsAGuess) {
  UnitBuilder unit;
  FunctionBuilder& f =
      unit.function("f").guard(local("g"), {global("mu")}).block(nowhere(), "sleep");
  const auto line = line_of_last(f);
  f.guard_end(local("g"));
  EXPECT_EQ(told(unit, true), at("?blocking-under-lock", "f", line));
}

}  // namespace
}  // namespace lockweave::analyzer::rules
