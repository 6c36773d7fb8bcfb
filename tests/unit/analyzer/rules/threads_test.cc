// tests/unit/analyzer/rules/threads_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads, processes, signals, permits and queues.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

TEST(JoinableDestroyed, AtTheEnd) {
  UnitBuilder unit;
  unit.function("work");
  FunctionBuilder& f = unit.function("f").spawn(local("t"), "work").end_handle(local("t"));
  EXPECT_EQ(told(unit), at("joinable-destroyed", "f", line_of_last(f)));
}

TEST(JoinableDestroyed, OnOnePath) {
  UnitBuilder unit;
  unit.function("work");
  FunctionBuilder& f =
      unit.function("f").spawn(local("t"), "work").branch("bad", 2, 3).at(2).end_handle(local("t"));
  const auto line = line_of_last(f);
  f.leave().at(3).join(local("t")).end_handle(local("t"));
  EXPECT_EQ(told(unit), at("joinable-destroyed", "f", line));
}

TEST(JoinableDestroyed, JoinedMovedOrTestedIsSilent) {
  UnitBuilder unit;
  unit.function("work");
  unit.function("joined").spawn(local("a"), "work").join(local("a")).end_handle(local("a"));
  unit.function("moved")
      .spawn(local("b"), "work")
      .move_handle(local("b"), nowhere())
      .end_handle(local("b"));
  unit.function("tested")
      .spawn(local("c"), "work")
      .branch("c.joinable()", 2, 3)
      .at(2)
      .join(local("c"))
      .go(3)
      .at(3)
      .end_handle(local("c"));
  EXPECT_EQ(told(unit, true), "");
}

FunctionBuilder& starts_with_a_local(UnitBuilder& unit) {
  unit.function("work");
  return unit.function("f").spawn(local("t"), "work").with([](Op& op) {
    op.escaping = {local("limit")};
  });
}

TEST(EscapingReference, Detached) {
  UnitBuilder unit;
  FunctionBuilder& f = starts_with_a_local(unit);
  const auto line = line_of_last(f);
  f.detach(local("t"));
  EXPECT_EQ(told(unit), at("escaping-reference", "f", line));
}

TEST(EscapingReference, JoinedOrWaitedForIsSilent) {
  UnitBuilder joined;
  starts_with_a_local(joined).join(local("t"));
  EXPECT_EQ(told(joined, true), "");
  UnitBuilder waited;
  starts_with_a_local(waited).detach(local("t")).block(local("done"), "latch");
  EXPECT_EQ(told(waited, true), "");
}

TEST(EscapingReference, DetachedWithoutReferencesIsSilent) {
  UnitBuilder unit;
  unit.function("work");
  unit.function("f").spawn(local("t"), "work").detach(local("t"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(SignalUnsafeLock, InTheHandlerOrBelow) {
  UnitBuilder unit;
  FunctionBuilder& log = unit.function("log").guard(local("g"), {global("mu")});
  const auto line = line_of_last(log);
  log.guard_end(local("g"));
  unit.function("on_term").call("log");
  unit.function("main").spawn(nowhere(), "on_term", {}, "signal");
  EXPECT_EQ(told(unit), at("signal-unsafe-lock", "log", line));
}

TEST(SignalUnsafeLock, OneCallThatTakesManyIsToldOnce) {
  UnitBuilder unit;
  FunctionBuilder& log = unit.function("log").guard(local("g"), {global("mu")});
  const auto line = line_of_last(log);
  log.guard_end(local("g")).call("flush");
  unit.function("flush").guard(local("g"), {global("file")}).guard_end(local("g")).call("sync");
  unit.function("sync").guard(local("g"), {global("disk")}).guard_end(local("g"));
  FunctionBuilder& handler = unit.function("on_term").call("log");
  handler.guard(local("g"), {global("own")});
  const auto own = line_of_last(handler);
  handler.guard_end(local("g"));
  unit.function("main").spawn(nowhere(), "on_term", {}, "signal");
  EXPECT_EQ(told(unit), at("signal-unsafe-lock", "log", line) + ", " +
                            at("signal-unsafe-lock", "on_term", own));
}

TEST(SignalUnsafeLock, AHandlerWithoutLocksIsSilent) {
  UnitBuilder unit;
  unit.function("log").guard(local("g"), {global("mu")}).guard_end(local("g"));
  unit.function("on_term").write(global("stop"));
  unit.function("main").spawn(nowhere(), "on_term", {}, "signal").call("log");
  EXPECT_EQ(told(unit, true), "");
}

TEST(ForkWhileLocked, TheChildTakesIt) {
  UnitBuilder unit;
  unit.function("writer").guard(local("w"), {global("log")}).guard_end(local("w"));
  FunctionBuilder& hello = unit.function("hello").guard(local("h"), {global("log")});
  const auto line = line_of_last(hello);
  hello.guard_end(local("h"));
  unit.function("main")
      .spawn(local("t"), "writer")
      .spawn(local("p"), "hello", {}, "process")
      .join(local("p"))
      .join(local("t"));
  EXPECT_EQ(told(unit), at("fork-while-locked", "hello", line));
}

TEST(ForkWhileLocked, AfterTheThreadIsSilent) {
  UnitBuilder unit;
  unit.function("writer").guard(local("w"), {global("log")}).guard_end(local("w"));
  unit.function("hello").guard(local("h"), {global("log")}).guard_end(local("h"));
  unit.function("main")
      .spawn(local("t"), "writer")
      .join(local("t"))
      .spawn(local("p"), "hello", {}, "process")
      .join(local("p"));
  EXPECT_EQ(told(unit, true), "");
}

std::uint32_t add_fork(UnitBuilder& unit, bool exec_first) {
  unit.function("writer").guard(local("w"), {global("log")}).guard_end(local("w"));
  FunctionBuilder& main =
      unit.function("main").spawn(local("t"), "writer").fork("child").branch("child", 2, 3).at(2);
  if (exec_first) main.replace();
  main.acquire(global("log"));
  const auto line = line_of_last(main);
  main.release(global("log")).replace().at(3).join(local("t"));
  return line;
}

TEST(ForkWhileLocked, InTheBranchOfTheChild) {
  UnitBuilder unit;
  const auto line = add_fork(unit, false);
  EXPECT_EQ(told(unit), at("fork-while-locked", "main", line));
}

TEST(ForkWhileLocked, AfterExecIsSilent) {
  UnitBuilder unit;
  add_fork(unit, true);
  EXPECT_EQ(told(unit, true), "");
}

TEST(SemaphoreImbalance, OneWayOutKeepsThePermit) {
  UnitBuilder unit;
  FunctionBuilder& work =
      unit.function("work").block(global("seat"), "semaphore").branch("idle", 2, 3).at(2).leave();
  const auto line = line_of_last(work);
  work.at(3).post(global("seat"), "semaphore");
  EXPECT_EQ(told(unit), at("semaphore-imbalance", "work", line));
}

TEST(SemaphoreImbalance, ASignalIsSilent) {
  UnitBuilder unit;
  unit.function("wait_for_it").block(global("ready"), "semaphore");
  unit.function("tell").post(global("ready"), "semaphore");
  starts(unit, {"wait_for_it", "tell"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(SemaphoreImbalance, TheSameConditionTwiceIsSilent) {
  UnitBuilder unit;
  unit.function("work")
      .branch("limited", 2, 3)
      .at(2)
      .block(global("seat"), "semaphore")
      .go(3)
      .at(3)
      .branch("limited", 4, 5)
      .at(4)
      .post(global("seat"), "semaphore")
      .at(5);
  EXPECT_EQ(told(unit, true), "");
}

TEST(SemaphoreImbalance, EarlyReturnBeforeTheAcquireIsSilent) {
  UnitBuilder unit;
  unit.function("work")
      .branch("idle", 2, 3)
      .at(2)
      .leave()
      .at(3)
      .block(global("seat"), "semaphore")
      .post(global("seat"), "semaphore");
  EXPECT_EQ(told(unit, true), "");
}

TEST(SemaphoreImbalance, Starved) {
  UnitBuilder unit;
  unit.variable("seats", "counting_semaphore<3>").count = 1;
  FunctionBuilder& late = unit.function("late").block(global("seats"), "semaphore");
  const auto line = line_of_last(late);
  late.post(global("seats"), "semaphore");
  unit.function("main")
      .block(global("seats"), "semaphore")
      .spawn(local("t"), "late")
      .join(local("t"));
  EXPECT_EQ(told(unit), at("~semaphore-imbalance", "late", line));
}

TEST(SemaphoreImbalance, ReleasedBeyondItsBound) {
  for (const bool bounded : {true, false}) {
    UnitBuilder unit;
    unit.variable("seats", bounded ? "bounded_semaphore" : "counting_semaphore<9>").count = 3;
    FunctionBuilder& again = unit.function("again").post(global("seats"), "semaphore");
    const auto line = line_of_last(again);
    unit.function("main")
        .block(global("seats"), "semaphore")
        .post(global("seats"), "semaphore")
        .call("again");
    EXPECT_EQ(told(unit), bounded ? at("semaphore-imbalance", "again", line) : "");
  }
}

FunctionBuilder& consumes_for_ever(UnitBuilder& unit) {
  return unit.function("consume")
      .go(2)
      .at(2)
      .block(global("belt"), "queue get")
      .with([](Op& op) { op.looped = true; })
      .branch("belt.get()", 2, 1);
}

TEST(QueueImbalance, JoinOfAnEndlessConsumer) {
  UnitBuilder unit;
  consumes_for_ever(unit);
  FunctionBuilder& main = unit.function("main")
                              .spawn(local("t"), "consume")
                              .post(global("belt"), "queue put")
                              .join(local("t"));
  EXPECT_EQ(told(unit), at("queue-imbalance", "main", line_of_last(main)));
}

TEST(QueueImbalance, ClosedOrNotJoinedIsSilent) {
  UnitBuilder closed;
  consumes_for_ever(closed);
  closed.function("main")
      .spawn(local("t"), "consume")
      .post(global("belt"), "queue close")
      .join(local("t"));
  EXPECT_EQ(told(closed, true), "");
  UnitBuilder daemon;
  consumes_for_ever(daemon);
  daemon.function("main").spawn(local("t"), "consume").detach(local("t"));
  EXPECT_EQ(told(daemon, true), "");
}

TEST(QueueImbalance, ASentinelEndsItIsSilent) {
  UnitBuilder unit;
  consumes_for_ever(unit).branch("last", 1, 2);
  unit.function("main").spawn(local("t"), "consume").join(local("t"));
  EXPECT_EQ(told(unit, true), "");
}

std::uint32_t add_task_consumer(UnitBuilder& unit, bool forgets) {
  unit.function("consume")
      .go(2)
      .at(2)
      .block(global("jobs"), "queue get")
      .with([](Op& op) { op.looped = true; })
      .branch("jobs.get()", 3, 1)
      .at(3)
      .branch("negative", forgets ? 2 : 4, 4)
      .at(4)
      .post(global("jobs"), "task done")
      .go(2);
  FunctionBuilder& main = unit.function("main")
                              .spawn(local("t"), "consume")
                              .post(global("jobs"), "queue close")
                              .join(local("t"))
                              .block(global("jobs"), "queue join");
  return line_of_last(main);
}

TEST(QueueImbalance, TaskDoneForgottenOnOnePath) {
  UnitBuilder unit;
  const auto line = add_task_consumer(unit, true);
  EXPECT_EQ(told(unit), at("queue-imbalance", "main", line));
}

TEST(QueueImbalance, TaskDoneOnEachPathIsSilent) {
  UnitBuilder unit;
  add_task_consumer(unit, false);
  EXPECT_EQ(told(unit, true), "");
}

TEST(QueueImbalance, TaskDoneTooOften) {
  UnitBuilder unit;
  FunctionBuilder& refused =
      unit.function("refused").parameter("queue").post(parameter(0), "task done");
  const auto line = line_of_last(refused);
  unit.function("main")
      .post(local("jobs"), "queue put")
      .block(local("jobs"), "queue get")
      .post(local("jobs"), "task done")
      .call("refused", {local("jobs")});
  EXPECT_EQ(told(unit), at("queue-imbalance", "refused", line));
}

}  // namespace
}  // namespace lockweave::analyzer::rules
