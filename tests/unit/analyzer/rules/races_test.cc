// tests/unit/analyzer/rules/races_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Variables that threads share.
#include <gtest/gtest.h>

#include <set>

#include "model/fingerprint.h"
#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Mode;

// Accesses `variable` under `lock`; gives the line of the access.
std::uint32_t under(FunctionBuilder& function, const Path& lock, const Path& variable, bool write,
                    Mode mode = Mode::exclusive) {
  function.acquire(lock, mode);
  write ? function.write(variable) : function.read(variable);
  const auto line = line_of_last(function);
  function.release(lock);
  return line;
}

TEST(DataRace, TheLaterOfTwoWrites) {
  UnitBuilder unit;
  unit.function("one").write(global("x"));
  FunctionBuilder& two = unit.function("two").write(global("x"));
  const auto line = line_of_last(two);
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit), at("data-race", "two", line));
}

std::string fingerprint_of(std::string_view variable, std::vector<std::string_view> functions) {
  std::vector<model::KeySite> sites;
  for (const std::string_view function : functions)
    sites.push_back({.function = function, .module = {}});
  return model::fingerprint_of_accesses("data-race", variable, sites);
}

// Two functions that touch two variables: two bugs, as the runtime tells them.
TEST(DataRace, VariablesOfTheSameFunctionsAreToldApart) {
  UnitBuilder unit;
  unit.function("writer").write(global("first")).write(global("second"));
  unit.function("reader").read(global("first")).read(global("second"));
  starts(unit, {"writer", "reader"});
  std::set<std::string> fingerprints;
  for (const model::Finding& finding : verdict_of(unit).findings) {
    EXPECT_EQ(finding.accesses.size(), 2u);
    fingerprints.insert(finding.fingerprint);
  }
  EXPECT_EQ(fingerprints, (std::set{fingerprint_of("first", {"writer", "reader"}),
                                    fingerprint_of("second", {"reader", "writer"})}));
}

TEST(DataRace, AMemberIsNamedByItsClass) {
  UnitBuilder unit;
  Path member = global("bank");
  member.fields = {"a.cc|(anonymous namespace)::Bank::balance"};
  unit.function("one").write(member);
  unit.function("two").write(member);
  starts(unit, {"one", "two"});
  ASSERT_EQ(verdict_of(unit).findings.size(), 1u);
  EXPECT_EQ(verdict_of(unit).findings[0].fingerprint,
            fingerprint_of("Bank::balance", {"one", "two"}));
}

TEST(DataRace, TheReadOfReadAndWrite) {
  UnitBuilder unit;
  unit.function("work").write(global("x"));
  FunctionBuilder& main = unit.function("main").spawn(local("t"), "work").read(global("x"));
  const auto line = line_of_last(main);
  main.join(local("t"));
  EXPECT_EQ(told(unit), at("data-race", "main", line));
}

TEST(DataRace, TheStoreOfAFlagThatIsPolled) {
  UnitBuilder unit;
  unit.function("work").read(global("stop")).with([](Op& op) {
    op.condition = op.loop_test = true;
  });
  FunctionBuilder& main = unit.function("main").spawn(local("t"), "work").write(global("stop"));
  const auto line = line_of_last(main);
  main.join(local("t"));
  EXPECT_EQ(told(unit), at("data-race", "main", line));
}

TEST(DataRace, TheAccessWithoutTheLock) {
  UnitBuilder unit;
  under(unit.function("add"), global("mu"), global("x"), true);
  FunctionBuilder& look = unit.function("look").read(global("x"));
  const auto line = line_of_last(look);
  starts(unit, {"add", "look"});
  EXPECT_EQ(told(unit), at("data-race", "look", line));
}

TEST(DataRace, TwoLocks) {
  UnitBuilder unit;
  under(unit.function("front"), global("front_door"), global("x"), true);
  const auto line = under(unit.function("back"), global("back_door"), global("x"), true);
  starts(unit, {"front", "back"});
  EXPECT_EQ(told(unit), at("data-race", "back", line));
}

TEST(DataRace, OneFunctionInTwoThreads) {
  UnitBuilder unit;
  FunctionBuilder& add = unit.function("add").read(global("x")).write(global("x"));
  const auto line = line_of_last(add);
  unit.function("main")
      .spawn(local("t"), "add")
      .spawn(local("u"), "add")
      .join(local("t"))
      .join(local("u"));
  EXPECT_EQ(told(unit), at("data-race", "add", line));
}

TEST(DataRace, LookAlikesAreSilent) {
  UnitBuilder unit;
  under(unit.function("one"), global("mu"), global("x"), true);
  under(unit.function("two"), global("mu"), global("x"), true);
  unit.function("three").write(global("atomic")).with([](Op& op) { op.atomic = true; });
  unit.function("four").write(global("atomic")).with([](Op& op) { op.atomic = true; });
  unit.function("five").read(global("constant"));
  unit.function("six").read(global("constant"));
  unit.function("seven").write(global("cells") / "[0]");
  unit.function("eight").write(global("cells") / "[1]");
  starts(unit, {"one", "two", "three", "four", "five", "six", "seven", "eight"}).read(global("x"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, ElementsOfUnknownIndexAreSilent) {
  UnitBuilder unit;
  unit.function("one").write(global("cells") / "[]");
  unit.function("two").write(global("cells") / "[]");
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, HandedOverBySemaphoreIsSilent) {
  UnitBuilder unit;
  unit.function("receiver").block(global("ready"), "semaphore").write(global("letter"));
  unit.function("main")
      .spawn(local("t"), "receiver")
      .write(global("letter"))
      .post(global("ready"), "semaphore")
      .join(local("t"))
      .read(global("letter"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, PostedTooEarly) {
  UnitBuilder unit;
  unit.function("receiver").block(global("ready"), "semaphore").write(global("letter"));
  FunctionBuilder& main = unit.function("main")
                              .spawn(local("t"), "receiver")
                              .post(global("ready"), "semaphore")
                              .write(global("letter"));
  const auto line = line_of_last(main);
  main.join(local("t"));
  EXPECT_EQ(told(unit), at("data-race", "main", line));
}

TEST(DataRace, ALocalThatTheThreadRefersTo) {
  UnitBuilder unit;
  FunctionBuilder& greet = unit.function("greet").parameter("number").read(parameter(0));
  const auto line = line_of_last(greet);
  unit.function("main")
      .spawn(local("t"), "greet", {local("number")})
      .with([](Op& op) { op.escaping = {local("number")}; })
      .write(local("number"))
      .join(local("t"));
  EXPECT_EQ(told(unit), at("data-race", "greet", line));
}

TEST(DataRace, SumsOfTheirOwnAreSilent) {
  UnitBuilder unit;
  unit.function("add").parameter("sum").write(parameter(0));
  unit.function("one").call("add", {global("first")});
  unit.function("two").call("add", {global("second")});
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit, true), "");
}

// A class with a thread of its own.
void add_worker(UnitBuilder& unit, bool locked, std::uint32_t& line) {
  const Path self = object("Worker");
  unit.function("Worker::work").method_of("Worker").read(self / "Worker::stop").with([](Op& op) {
    op.condition = op.loop_test = true;
  });
  unit.function("Worker::Worker")
      .method_of("Worker")
      .set([](auto& f) { f.constructor = true; })
      .write(self / "Worker::stop")
      .spawn(self / "Worker::thread", "Worker::work")
      .with([&](Op& op) { op.receiver = self; });
  FunctionBuilder& end = unit.function("Worker::end").method_of("Worker");
  if (locked) end.acquire(self / "Worker::mu");
  end.write(self / "Worker::stop");
  line = line_of_last(end);
  if (locked) end.release(self / "Worker::mu");
  end.join(self / "Worker::thread");
}

TEST(DataRace, OneCauseIsToldOnce) {
  UnitBuilder unit;
  FunctionBuilder& main = unit.function("main").spawn(local("t"), "work");
  FunctionBuilder& work = unit.function("work");
  for (int i = 0; i < 40; ++i) {
    main.write(global("v" + std::to_string(i)));
    work.write(global("v" + std::to_string(i)));
  }
  main.join(local("t"));
  const std::vector<model::Finding> findings = verdict_of(unit).findings;
  std::size_t printed = 0;
  for (const auto& finding : findings) {
    if (finding.confidence == model::Confidence::low) continue;
    ++printed;
    EXPECT_NE(finding.message.find("39 more variables"), std::string::npos) << finding.message;
  }
  EXPECT_EQ(printed, 1u);
}

std::size_t printed(const std::vector<model::Finding>& findings) {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(),
      [](const model::Finding& finding) { return finding.confidence != model::Confidence::low; }));
}

constexpr int kMany = 40;

// Both write `kMany` variables of that name.
void share_many(const std::string& name, FunctionBuilder& a, FunctionBuilder& b) {
  for (int i = 0; i < kMany; ++i) {
    a.write(global(name + std::to_string(i)));
    b.write(global(name + std::to_string(i)));
  }
}

struct TwoThreads {
  UnitBuilder unit;
  FunctionBuilder& main =
      unit.function("main").spawn(local("t"), "work").spawn(local("u"), "other");
  FunctionBuilder& work = unit.function("work");
  FunctionBuilder& other = unit.function("other");

  std::vector<model::Finding> findings() {
    main.join(local("t")).join(local("u"));
    return verdict_of(unit).findings;
  }
};

// Many of them with main and many with each other: it is still the threads of one kind.
TEST(DataRace, OneCauseIsToldOnceOfPairsWithAThreadInCommon) {
  TwoThreads threads;
  share_many("v", threads.main, threads.work);
  share_many("w", threads.work, threads.other);
  const std::vector<model::Finding> findings = threads.findings();
  EXPECT_EQ(findings.size(), 2U * kMany);
  EXPECT_EQ(printed(findings), 1U);
}

// Of one function, begun at two places: neither has enough for itself.
TEST(DataRace, ThreadsOfOneFunctionAreOneKind) {
  UnitBuilder unit;
  FunctionBuilder& main = unit.function("main").spawn(local("t"), "work");
  for (int i = 0; i < 10; ++i) main.write(global("v" + std::to_string(i)));
  main.join(local("t")).spawn(local("u"), "work");
  for (int i = 10; i < 20; ++i) main.write(global("v" + std::to_string(i)));
  main.join(local("u"));
  FunctionBuilder& work = unit.function("work");
  for (int i = 0; i < 20; ++i) work.read(global("v" + std::to_string(i)));
  EXPECT_EQ(printed(verdict_of(unit).findings), 1U);
}

TEST(DataRace, ThreadsWithOnlyMainInCommonHaveACauseEach) {
  TwoThreads threads;
  share_many("v", threads.main, threads.work);
  share_many("w", threads.main, threads.other);
  EXPECT_EQ(printed(threads.findings()), 2U);
}

TEST(DataRace, MemberOfAnObjectWithAThread) {
  UnitBuilder unit;
  std::uint32_t line = 0;
  add_worker(unit, false, line);
  EXPECT_EQ(told(unit), at("~data-race", "Worker::end", line));
}

TEST(DataRace, MemberOfAKnownObject) {
  UnitBuilder unit;
  std::uint32_t line = 0;
  add_worker(unit, false, line);
  unit.function("main")
      .call("Worker::Worker", {}, global("worker"))
      .call("Worker::end", {}, global("worker"));
  EXPECT_EQ(told(unit), at("data-race", "Worker::end", line));
}

TEST(DataRace, AProcessHasMemoryOfItsOwn) {
  UnitBuilder unit;
  unit.function("work").write(global("x"));
  unit.function("main")
      .spawn(local("p"), "work", {}, "process")
      .write(global("x"))
      .join(local("p"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(WriteUnderSharedLock, ReplacesTheRace) {
  UnitBuilder unit;
  const auto line =
      under(unit.function("read_once"), global("book"), global("times"), true, Mode::shared);
  unit.function("main")
      .spawn(local("t"), "read_once")
      .spawn(local("u"), "read_once")
      .join(local("t"))
      .join(local("u"));
  EXPECT_EQ(told(unit), at("write-under-shared-lock", "read_once", line));
}

TEST(WriteUnderSharedLock, WritersAndReadersAreSilent) {
  UnitBuilder unit;
  under(unit.function("writer"), global("book"), global("pages"), true);
  under(unit.function("reader"), global("book"), global("pages"), false, Mode::shared);
  starts(unit, {"writer", "reader"});
  EXPECT_EQ(told(unit, true), "");
}

// Methods of a class that anybody may call at any time.
std::uint32_t add_methods(UnitBuilder& unit, int locked) {
  const Path self = object("Cache");
  for (int i = 0; i < locked; ++i) {
    under(unit.function("Cache::put" + std::to_string(i)).method_of("Cache"), self / "Cache::mu",
          self / "Cache::size", true);
  }
  FunctionBuilder& peek = unit.function("Cache::peek").method_of("Cache");
  peek.read(self / "Cache::size");
  return line_of_last(peek);
}

TEST(InconsistentLocking, MostHoldTheLock) {
  UnitBuilder unit;
  const auto line = add_methods(unit, 3);
  EXPECT_EQ(told(unit), at("~inconsistent-locking", "Cache::peek", line));
}

TEST(InconsistentLocking, TooFewAreNoPattern) {
  UnitBuilder unit;
  add_methods(unit, 2);
  EXPECT_EQ(told(unit, true), "");
}

TEST(InconsistentLocking, TheDeclarationSaysIt) {
  UnitBuilder unit;
  add_methods(unit, 1);
  summary::Class& cache = unit.type("Cache");
  unit.field(cache, "size", "int").guarded_by = "mu";
  EXPECT_NE(told(unit).find("~inconsistent-locking Cache::peek"), std::string::npos);
}

TEST(InconsistentLocking, ConstructorsAreSilent) {
  UnitBuilder unit;
  const Path self = object("Cache");
  for (int i = 0; i < 3; ++i) {
    under(unit.function("Cache::put" + std::to_string(i)).method_of("Cache"), self / "Cache::mu",
          self / "Cache::size", true);
  }
  unit.function("Cache::Cache")
      .method_of("Cache")
      .set([](auto& f) { f.constructor = true; })
      .write(self / "Cache::size");
  EXPECT_EQ(told(unit, true), "");
}

TEST(VolatileAsSync, ReplacesTheRace) {
  UnitBuilder unit;
  unit.variable("stop", "volatile bool").is_volatile = true;
  FunctionBuilder& work = unit.function("work").read(global("stop"));
  work.with([](Op& op) { op.condition = op.loop_test = true; });
  const auto line = line_of_last(work);
  unit.function("main").spawn(local("t"), "work").write(global("stop")).join(local("t"));
  EXPECT_EQ(told(unit), at("volatile-as-sync", "work", line));
}

TEST(VolatileAsSync, SetByASignalHandlerIsSilent) {
  UnitBuilder unit;
  unit.variable("stop", "volatile sig_atomic_t").is_volatile = true;
  unit.function("on_term").write(global("stop"));
  unit.function("main").spawn(nowhere(), "on_term", {}, "signal").read(global("stop"));
  EXPECT_EQ(told(unit, true), "");
}

std::uint32_t add_checked_twice(UnitBuilder& unit, bool atomic) {
  const auto kind = [&](Op& op) {
    op.atomic = atomic;
    op.condition = !op.write;
  };
  FunctionBuilder& get = unit.function("get").read(global("instance")).with(kind);
  const auto line = line_of_last(get);
  get.branch("instance", 5, 2)
      .at(2)
      .guard(local("g"), {global("mu")})
      .read(global("instance"))
      .with(kind)
      .branch("instance again", 4, 3)
      .at(3)
      .write(global("instance"))
      .with(kind)
      .go(4)
      .at(4)
      .guard_end(local("g"))
      .go(5)
      .at(5);
  unit.function("main")
      .spawn(local("t"), "get")
      .spawn(local("u"), "get")
      .join(local("t"))
      .join(local("u"));
  return line;
}

TEST(DoubleCheckedLocking, ReplacesTheRace) {
  UnitBuilder unit;
  const auto line = add_checked_twice(unit, false);
  EXPECT_EQ(told(unit), at("double-checked-locking", "get", line));
}

TEST(DoubleCheckedLocking, AnAtomicIsSilent) {
  UnitBuilder unit;
  add_checked_twice(unit, true);
  EXPECT_EQ(told(unit, true), "");
}

std::uint32_t add_check_then_act(UnitBuilder& unit, bool locked, bool update = false) {
  const auto atomic = [&](Op& op) {
    op.atomic = true;
    op.condition = !op.write;
    op.update = op.write && update;
  };
  FunctionBuilder& take = unit.function("take");
  if (locked) take.acquire(global("mu"));
  take.read(global("slots")).with(atomic).branch("slots > 0", 2, 3).at(2);
  take.write(global("slots")).with(atomic);
  const auto line = line_of_last(take);
  take.go(3).at(3);
  if (locked) take.release(global("mu"));
  unit.function("main")
      .spawn(local("t"), "take")
      .spawn(local("u"), "take")
      .join(local("t"))
      .join(local("u"));
  return line;
}

TEST(AtomicCheckThenAct, IsTold) {
  UnitBuilder unit;
  const auto line = add_check_then_act(unit, false);
  EXPECT_EQ(told(unit), at("atomic-check-then-act", "take", line));
}

TEST(AtomicCheckThenAct, UnderALockOrInOneOperationIsSilent) {
  UnitBuilder locked;
  add_check_then_act(locked, true);
  EXPECT_EQ(told(locked, true), "");
  UnitBuilder update;
  add_check_then_act(update, false, true);
  EXPECT_EQ(told(update, true), "");
}

// fill() { x = 1; lock m; ready = true; }
FunctionBuilder& fills(UnitBuilder& unit) {
  return unit.function("fill")
      .write(global("x"))
      .acquire(global("m"))
      .write(global("ready"))
      .with([](Op& op) { op.value = summary::Answer::yes; })
      .release(global("m"));
}

void tests_ready(Op& op) {
  op.predicate = true;
  op.tested = {global("ready")};
}

// use() { lock m; wait until ready; unlock m; read x; }
FunctionBuilder& uses_after_wait(UnitBuilder& unit) {
  return unit.function("use")
      .acquire(global("m"))
      .wait(global("cv"), global("m"))
      .with(tests_ready)
      .release(global("m"))
      .read(global("x"));
}

TEST(DataRace, HandedOverByAConditionVariableIsSilent) {
  UnitBuilder unit;
  fills(unit).notify(global("cv"));
  uses_after_wait(unit);
  starts(unit, {"fill", "use"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, WrittenAfterTheFlagOfTheWaitIsSet) {
  UnitBuilder unit;
  unit.function("fill")
      .acquire(global("m"))
      .write(global("ready"))
      .release(global("m"))
      .write(global("x"))
      .notify(global("cv"));
  FunctionBuilder& use = uses_after_wait(unit);
  const auto line = line_of_last(use);
  starts(unit, {"fill", "use"});
  EXPECT_EQ(told(unit), at("data-race", "use", line));
}

TEST(DataRace, ReadBeforeTheWait) {
  UnitBuilder unit;
  fills(unit).notify(global("cv"));
  FunctionBuilder& use = unit.function("use").read(global("x"));
  const auto line = line_of_last(use);
  use.acquire(global("m")).wait(global("cv"), global("m")).with(tests_ready).release(global("m"));
  starts(unit, {"fill", "use"});
  EXPECT_EQ(told(unit), at("data-race", "use", line));
}

// use() { lock m; if (ready) { unlock; read x } else { unlock; } }, or the other way round.
std::uint32_t uses_if(UnitBuilder& unit, bool ready) {
  FunctionBuilder& use = unit.function("use")
                             .acquire(global("m"))
                             .read(global("ready"))
                             .with([](Op& op) { op.condition = true; })
                             .branch("ready", 2, 3);
  use.at(ready ? 3 : 2).release(global("m")).leave();
  use.at(ready ? 2 : 3).release(global("m")).read(global("x"));
  const auto line = line_of_last(use);
  use.leave();
  return line;
}

TEST(DataRace, HandedOverByAFlagUnderALockIsSilent) {
  UnitBuilder unit;
  fills(unit);
  uses_if(unit, true);
  starts(unit, {"fill", "use"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, IfTheFlagIsNotSet) {
  UnitBuilder unit;
  fills(unit);
  const auto line = uses_if(unit, false);
  starts(unit, {"fill", "use"});
  EXPECT_EQ(told(unit), at("data-race", "use", line));
}

TEST(DataRace, WhateverTheFlagSays) {
  UnitBuilder unit;
  fills(unit);
  FunctionBuilder& use = unit.function("use")
                             .acquire(global("m"))
                             .read(global("ready"))
                             .with([](Op& op) { op.condition = true; })
                             .branch("ready", 2, 3);
  use.at(2).write(global("seen")).go(3).at(3).release(global("m")).read(global("x"));
  const auto line = line_of_last(use);
  starts(unit, {"fill", "use"});
  EXPECT_EQ(told(unit), at("data-race", "use", line));
}

TEST(DataRace, BeforeAndAfterABarrierIsSilent) {
  UnitBuilder unit;
  unit.function("one").write(global("x")).block(global("b"), "barrier");
  unit.function("two").block(global("b"), "barrier").write(global("x"));
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, BothBeforeABarrier) {
  UnitBuilder unit;
  unit.function("one").write(global("x")).block(global("b"), "barrier");
  FunctionBuilder& two = unit.function("two").write(global("x"));
  const auto line = line_of_last(two);
  two.block(global("b"), "barrier");
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit), at("data-race", "two", line));
}

TEST(DataRace, OnceDoneAndThenReadIsSilent) {
  UnitBuilder unit;
  unit.function("init").address_taken().write(global("x"));
  const auto once = [](Op& op) { op.guarded_init = true; };
  unit.function("get")
      .acquire(global("once"))
      .with(once)
      .call("init")
      .release(global("once"))
      .with(once)
      .read(global("x"));
  unit.function("main")
      .spawn(local("t"), "get")
      .spawn(local("u"), "get")
      .join(local("t"))
      .join(local("u"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(DataRace, OfOneObjectBehindTwoPointers) {
  UnitBuilder unit;
  unit.function("run").method_of("W").write(behind_pointer(object("W"), "W::s", "Stats::n"));
  unit.function("one").call("run", {}, global("a"));
  unit.function("two").call("run", {}, global("b"));
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit), "~data-race run#2");
}

// Whose object it is is said too far out.
TEST(DataRace, OfObjectsOfWhichOnlyTheClassIsKnownIsAGuess) {
  UnitBuilder unit;
  std::string inner = "run";
  unit.function(inner).method_of("W").write(behind_pointer(object("W"), "W::s", "Stats::n"));
  for (int i = 0; i < 20; ++i) {
    const std::string outer = "f" + std::to_string(i);
    unit.function(outer).method_of("W").call(inner, {}, object("W"));
    inner = outer;
  }
  unit.function("one").call(inner, {}, global("a"));
  unit.function("two").call(inner, {}, global("b"));
  starts(unit, {"one", "two"});
  EXPECT_EQ(told(unit), "");
  EXPECT_EQ(told(unit, true), "?data-race run#2");
}

TEST(DataRace, InAThreadThatTheProjectDeclares) {
  UnitBuilder unit;
  unit.function("plugin").write(global("x"));
  unit.function("main").write(global("x"));
  link::Settings settings;
  EXPECT_EQ(run_rules(link::link_program({unit.build()}, settings)).findings.size(), 0u);
  settings.thread_roots = {"plugin"};
  const Verdict verdict = run_rules(link::link_program({unit.build()}, settings));
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings[0].rule, "data-race");
  EXPECT_EQ(verdict.findings[0].confidence, model::Confidence::high);
}

}  // namespace
}  // namespace lockweave::analyzer::rules
