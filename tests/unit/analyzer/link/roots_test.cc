// tests/unit/analyzer/link/roots_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which threads there are, and what can run at the same time.
#include <gtest/gtest.h>

#include "tests/unit/analyzer/link/look.h"

namespace lockweave::analyzer::link {
namespace {

using namespace build;

const Path t = local("t");
const Path u = local("u");

bool parallel(const Program& program, const char* a, const char* b) {
  return program.parallel(program.find(a), program.find(b));
}

// The reads of two probes, each wherever it stands.
bool parallel_at(const Program& program, const char* a, const char* probe_a, const char* b,
                 const char* probe_b) {
  return program.parallel(program.find(a), moment_of_probe(function_of(program, a), probe_a)->op,
                          program.find(b), moment_of_probe(function_of(program, b), probe_b)->op);
}

std::string roots_in(const Program& program) {
  std::vector<std::string> parts;
  for (const ThreadRoot& root : program.roots) {
    parts.push_back(root.what + ":" + program.functions[root.function].function->name +
                    (root.several ? "*" : ""));
  }
  return words(parts);
}

UnitBuilder with_worker() {
  UnitBuilder unit;
  unit.function("worker").read(global("w"));
  unit.function("helper").read(global("h"));
  return unit;
}

TEST(Roots, MainAndThreads) {
  UnitBuilder unit = with_worker();
  unit.function("main").spawn(t, "worker").join(t).call("helper");
  unit.function("unused").call("alone");
  unit.function("alone");
  const Program program = link_one(unit);
  EXPECT_EQ(roots_in(program), "main:main thread:worker caller:unused*");
  EXPECT_EQ(function_of(program, "helper").roots, std::vector<std::uint32_t>{0});
  EXPECT_EQ(function_of(program, "alone").roots, std::vector<std::uint32_t>{2});
}

TEST(Roots, LibraryIsReachedByCallers) {
  UnitBuilder unit;
  unit.function("api").call("inside");
  unit.function("inside").internal();
  unit.function("unused").internal();
  unit.function("loop_a").call("loop_b");
  unit.function("loop_b").call("loop_a");
  const Program program = link_one(unit);
  EXPECT_EQ(roots_in(program), "caller:api*");
  EXPECT_TRUE(parallel(program, "inside", "inside"));
  EXPECT_EQ(function_of(program, "loop_b").roots.size(), 1U);
  EXPECT_TRUE(function_of(program, "unused").roots.empty());
  EXPECT_TRUE(parallel(program, "unused", "unused"));
}

TEST(Roots, CreateAndJoinInMain) {
  UnitBuilder unit = with_worker();
  unit.function("main")
      .read(global("before"))
      .spawn(t, "worker")
      .read(global("during"))
      .join(t)
      .read(global("after"));
  const Program program = link_one(unit);
  EXPECT_FALSE(parallel_at(program, "main", "before", "worker", "w"));
  EXPECT_TRUE(parallel_at(program, "main", "during", "worker", "w"));
  EXPECT_FALSE(parallel_at(program, "main", "after", "worker", "w"));
  EXPECT_TRUE(parallel_at(program, "worker", "w", "main", "during"));
  EXPECT_FALSE(parallel(program, "worker", "worker"));
  EXPECT_FALSE(parallel(program, "main", "main"));
}

TEST(Roots, StartupAndShutdownFunctions) {
  UnitBuilder unit = with_worker();
  unit.function("setup").read(global("s"));
  unit.function("teardown");
  unit.function("start").spawn(global("th"), "worker");
  unit.function("main")
      .call("setup")
      .call("start")
      .call("helper")
      .join(global("th"))
      .call("teardown");
  const Program program = link_one(unit);
  EXPECT_FALSE(parallel(program, "setup", "worker"));
  EXPECT_TRUE(parallel(program, "helper", "worker"));
  EXPECT_FALSE(parallel(program, "teardown", "worker"));
}

TEST(Roots, AHandlerOfSignalsIsNoThreadThatBegins) {
  UnitBuilder unit = with_worker();
  unit.function("handler");
  unit.function("setup").read(global("s"));
  unit.function("user").read(global("u"));
  unit.function("main")
      .spawn(nowhere(), "handler", {}, "signal")
      .call("setup")
      .spawn(t, "worker")
      .detach(t);
  EXPECT_FALSE(parallel(link_one(unit), "setup", "user"));
}

TEST(Roots, WhatAFunctionDoesBeforeItsFirstThreadIsStartUp) {
  UnitBuilder unit = with_worker();
  unit.function("prepare").read(global("p"));
  unit.function("after").read(global("a"));
  unit.function("log").read(global("l"));
  unit.function("open_log").spawn(u, "log").detach(u);
  unit.function("on_event").call("open_log");  // nobody knows when
  FunctionBuilder& init = unit.function("init");
  init.call("prepare").read(global("i")).spawn(t, "worker").detach(t).call("after");
  unit.function("main").call("init");
  const Program program = link_one(unit);
  EXPECT_FALSE(parallel(program, "prepare", "log"));
  EXPECT_FALSE(parallel_at(program, "init", "i", "log", "l"));
  EXPECT_TRUE(parallel(program, "after", "log"));
}

TEST(Roots, AThreadOfOneProgramIsNotAnothers) {
  UnitBuilder library("/src/a.cc");
  library.function("worker").read(global("w"));
  library.function("start").spawn(t, "worker").detach(t);
  library.function("wrapper").call("start");  // for users who are not here
  UnitBuilder with("/src/with.cc");
  with.function("main").call("start").call("during");
  with.function("during").read(global("d"));
  UnitBuilder without("/src/without.cc");
  without.function("main").call("alone");
  without.function("alone").read(global("a"));
  const Program program =
      link_program({library.build(), with.build(), without.build()}, Settings{});
  EXPECT_TRUE(parallel(program, "worker", "during"));
  EXPECT_FALSE(parallel(program, "worker", "alone"));
}

TEST(Roots, AFunctionBesideMainIsOfThatProgramOnly) {
  const Path slot = nowhere() / "Client::on_message";
  UnitBuilder library("/src/library.cc");
  library.function("loop").call_stored(slot);
  library.function("start").spawn(t, "loop").detach(t);
  UnitBuilder threaded("/src/threaded.cc");
  threaded.function("own").address_taken().read(global("o"));
  threaded.function("main").call("start").call("loop");
  threaded.bind(slot, "own");
  UnitBuilder plain("/src/plain.cc");
  plain.function("other").address_taken().read(global("p"));
  plain.function("main").call("loop");
  plain.bind(slot, "other");
  const Program program =
      link_program({library.build(), threaded.build(), plain.build()}, Settings{});
  EXPECT_TRUE(parallel(program, "own", "own"));
  EXPECT_FALSE(parallel(program, "other", "other"));
}

TEST(Roots, WhatStandsInTheOtherBranchIsNotBesideTheThread) {
  UnitBuilder unit;
  unit.function("worker").read(global("w"));
  unit.function("start").spawn(t, "worker").detach(t);
  unit.function("other").read(global("o"));
  unit.function("after").read(global("a"));
  FunctionBuilder& main = unit.function("main").branch("threaded", 2, 3);
  main.at(2).call("start").go(4).at(3).call("other").go(4).at(4).call("after");
  const Program program = link_one(unit);
  EXPECT_FALSE(parallel(program, "worker", "other"));
  EXPECT_TRUE(parallel(program, "worker", "after"));
}

TEST(Roots, InALoopTheOtherBranchComesNext) {
  UnitBuilder unit;
  unit.function("worker").read(global("w"));
  unit.function("start").spawn(t, "worker").detach(t);
  unit.function("other").read(global("o"));
  FunctionBuilder& main = unit.function("main").branch("threaded", 2, 3);
  main.at(2).call("start").with([](Op& op) { op.looped = true; }).go(0);
  main.at(3).call("other").with([](Op& op) { op.looped = true; }).go(0);
  EXPECT_TRUE(parallel(link_one(unit), "worker", "other"));
}

TEST(Roots, AThreadThatEachOfTwoProgramsBeginsOnceIsOne) {
  UnitBuilder library("/src/library.cc");
  library.function("worker").read(global("w"));
  library.function("start").spawn(t, "worker").detach(t);
  UnitBuilder one("/src/one.cc");
  one.function("main").call("start");
  UnitBuilder two("/src/two.cc");
  two.function("main").call("start");
  EXPECT_FALSE(parallel(link_program({library.build(), one.build(), two.build()}, Settings{}),
                        "worker", "worker"));
}

TEST(Roots, AThreadIsSeveralInTheProgramsThatBeginItTwice) {
  const Path slot = nowhere() / "Client::on_message";
  UnitBuilder library("/src/library.cc");
  library.function("loop").call_stored(slot);
  library.function("start").spawn(t, "loop").detach(t);
  UnitBuilder twice("/src/twice.cc");
  twice.function("often").address_taken().read(global("o"));
  twice.function("main").call("start").call("start");
  twice.bind(slot, "often");
  UnitBuilder once("/src/once.cc");
  once.function("single").address_taken().read(global("s"));
  once.function("main").call("start");
  once.bind(slot, "single");
  const Program program = link_program({library.build(), twice.build(), once.build()}, Settings{});
  EXPECT_TRUE(parallel(program, "often", "often"));
  EXPECT_FALSE(parallel(program, "single", "single"));
  EXPECT_FALSE(parallel(program, "often", "single"));
}

TEST(Roots, MoreProgramsThanAreCountedAtOnce) {
  std::vector<summary::Unit> units;
  UnitBuilder library("/src/library.cc");
  library.function("once").read(global("o"));
  library.function("often").read(global("w"));
  library.function("start_once").spawn(t, "once").detach(t);
  library.function("start_often").spawn(t, "often").detach(t);
  units.push_back(library.build());
  for (int i = 0; i < 130; ++i) {
    UnitBuilder unit("/src/main" + std::to_string(i) + ".cc");
    FunctionBuilder& main = unit.function("main").call("start_once").call("start_often");
    if (i == 129) main.call("start_often");
    units.push_back(unit.build());
  }
  const Program program = link_program(std::move(units), Settings{});
  EXPECT_FALSE(parallel(program, "once", "once"));
  EXPECT_TRUE(parallel(program, "often", "often"));
}

TEST(Roots, ManyFunctionsOfOneSlotRunWhereItIsCalled) {
  UnitBuilder unit;
  Settings settings;
  settings.targets_max = 2;
  for (const char* name : {"get", "set", "remove"}) {
    unit.function(name).address_taken().read(global(name));
    unit.bind(nowhere() / "Command::run", name);
  }
  unit.function("main").call_stored(global("command") / "Command::run");
  const Program program = link_one(unit, settings);
  EXPECT_FALSE(parallel(program, "get", "set"));
  EXPECT_TRUE(first_of(program, "main", OpKind::call).many);
}

TEST(Roots, NeverJoinedOverlapsWithAllThatFollows) {
  UnitBuilder unit = with_worker();
  unit.function("main").read(global("before")).spawn(t, "worker").detach(t).call("helper");
  const Program program = link_one(unit);
  EXPECT_FALSE(parallel_at(program, "main", "before", "worker", "w"));
  EXPECT_TRUE(parallel(program, "helper", "worker"));
}

TEST(Roots, JoinOnSomePathsDoesNotCount) {
  UnitBuilder unit = with_worker();
  unit.function("main")
      .spawn(t, "worker")
      .branch("b", 2, 3)
      .at(2)
      .join(t)
      .go(3)
      .at(3)
      .read(global("after"));
  EXPECT_TRUE(parallel_at(link_one(unit), "main", "after", "worker", "w"));
}

TEST(Roots, MethodsThatStartAndStop) {
  UnitBuilder unit = with_worker();
  unit.function("S::start").method_of("S").spawn(object() / "S::thread", "worker");
  unit.function("S::stop").method_of("S").join(object() / "S::thread");
  unit.function("main")
      .call("S::start", {}, local("s"))
      .read(global("during"))
      .call("S::stop", {}, local("s"))
      .read(global("after"));
  const Program program = link_one(unit);
  EXPECT_TRUE(parallel_at(program, "main", "during", "worker", "w"));
  EXPECT_FALSE(parallel_at(program, "main", "after", "worker", "w"));
}

TEST(Roots, TwoThreads) {
  UnitBuilder unit = with_worker();
  unit.function("other").read(global("o"));
  unit.function("main").spawn(t, "worker").spawn(u, "other").join(t).join(u);
  EXPECT_TRUE(parallel(link_one(unit), "worker", "other"));

  UnitBuilder after = with_worker();
  after.function("other").read(global("o"));
  after.function("main").spawn(t, "worker").join(t).spawn(u, "other").join(u);
  EXPECT_FALSE(parallel(link_one(after), "worker", "other"));
}

TEST(Roots, PhasesInFunctionsOfTheirOwn) {
  UnitBuilder unit = with_worker();
  unit.function("other");
  unit.function("first").spawn(t, "worker").join(t);
  unit.function("second").spawn(u, "other").join(u);
  unit.function("main").call("first").call("second");
  EXPECT_FALSE(parallel(link_one(unit), "worker", "other"));
}

TEST(Roots, SeveralOfOneKind) {
  struct Case {
    const char* name;
    std::function<void(UnitBuilder&)> make;
    bool several;
  };
  const Path element = local("all") / "[]";
  const Case cases[] = {
      {"once", [](auto& unit) { unit.function("main").spawn(t, "worker").join(t); }, false},
      {"repeated",
       [](auto& unit) {
         unit.function("main").spawn(t, "worker").with([](Op& op) { op.repeated = true; });
       },
       true},
      {"twice", [](auto& unit) { unit.function("main").spawn(t, "worker").spawn(u, "worker"); },
       true},
      {"begun_again",
       [](auto& unit) {
         unit.function("start").spawn(global("th"), "worker");
         unit.function("main").call("start").call("start");
       },
       true},
      {"begun_again_and_joined_elsewhere",
       [](auto& unit) {
         unit.function("start").spawn(global("th"), "worker");
         unit.function("stop").branch("wait", 2, 1).at(2).join(global("th"));
         unit.function("main").call("start").call("stop").call("start");
       },
       false},
      {"in_a_loop",
       [&](auto& unit) {
         unit.function("main").go(2).at(2).spawn(element, "worker").in_loop().branch("b", 2, 3);
         unit.function("main2");
       },
       true},
      {"in_a_loop_one_at_a_time",
       [](auto& unit) {
         unit.function("main")
             .go(2)
             .at(2)
             .spawn(t, "worker")
             .in_loop()
             .join(t)
             .in_loop()
             .branch("b", 2, 1);
       },
       false},
      {"by_a_function_called_twice",
       [](auto& unit) {
         unit.function("start").spawn(global("th"), "worker");
         unit.function("main").call("start").call("start");
       },
       true},
      {"by_a_function_called_twice_that_joins",
       [](auto& unit) {
         unit.function("run").spawn(t, "worker").join(t);
         unit.function("main").call("run").call("run");
       },
       false},
      {"by_several_threads",
       [](auto& unit) {
         unit.function("session").spawn(t, "worker").join(t);
         unit.function("main").spawn(u, "session").with([](Op& op) { op.repeated = true; });
       },
       true},
  };
  for (const Case& one : cases) {
    UnitBuilder unit = with_worker();
    one.make(unit);
    EXPECT_EQ(parallel(link_one(unit), "worker", "worker"), one.several) << one.name;
  }
}

TEST(Roots, VectorOfThreadsJoinedInALoop) {
  UnitBuilder unit = with_worker();
  const Path element = local("all") / "[]";
  unit.function("main").go(2);
  FunctionBuilder& f = unit.function("run");
  f.go(2).at(2).branch("more", 3, 4).at(3).spawn(element, "worker").in_loop().go(2);
  f.at(4).read(global("during")).go(5);
  f.at(5).branch("left", 6, 7).at(6).join(element).in_loop().go(5);
  f.at(7).read(global("after"));
  unit.function("main").call("run");
  UnitBuilder whole = unit;
  const Program program = link_one(unit);
  EXPECT_TRUE(parallel_at(program, "run", "during", "worker", "w"));
  EXPECT_FALSE(parallel_at(program, "run", "after", "worker", "w"));
}

TEST(Roots, MovedHandle) {
  UnitBuilder unit = with_worker();
  unit.function("main").spawn(t, "worker").move_handle(t, u).join(u).read(global("after"));
  EXPECT_FALSE(parallel_at(link_one(unit), "main", "after", "worker", "w"));
}

TEST(Roots, FutureThatIsWaitedFor) {
  UnitBuilder unit = with_worker();
  unit.function("main")
      .spawn(t, "worker", {}, "async")
      .block(t, "future get")
      .read(global("after"));
  EXPECT_FALSE(parallel_at(link_one(unit), "main", "after", "worker", "w"));
}

TEST(Roots, ProcessesShareNothing) {
  UnitBuilder unit = with_worker();
  unit.function("main").spawn(t, "worker", {}, "process").call("helper").join(t);
  const Program program = link_one(unit);
  EXPECT_EQ(roots_in(program), "main:main process:worker");
  EXPECT_FALSE(parallel(program, "worker", "helper"));
}

TEST(Roots, ThreadOfAThread) {
  UnitBuilder unit = with_worker();
  unit.function("inner").read(global("i"));
  unit.function("outer").spawn(u, "inner").detach(u);
  unit.function("main").read(global("before")).spawn(t, "outer").join(t).read(global("after"));
  const Program program = link_one(unit);
  EXPECT_FALSE(parallel_at(program, "main", "before", "inner", "i"));
  EXPECT_TRUE(parallel_at(program, "main", "after", "inner", "i"));
}

TEST(Roots, SpawnedThroughAParameter) {
  UnitBuilder unit = with_worker();
  unit.function("start").parameter("f").spawn(global("th"), "").with([](Op& op) {
    op.callees = {{Callee::Kind::stored, "", "f", build::parameter(0)}};
  });
  unit.function("main").read(global("before")).call("start").passing("worker").call("helper");
  const Program program = link_one(unit);
  EXPECT_EQ(roots_in(program), "main:main thread:worker");
  EXPECT_TRUE(parallel(program, "worker", "helper"));
  EXPECT_FALSE(parallel_at(program, "main", "before", "worker", "w"));
}

TEST(Roots, SpawnedFunctionsHoldNothingOfTheSpawner) {
  UnitBuilder unit;
  unit.function("worker").acquire(global("n")).release(global("n"));
  unit.function("main").acquire(global("m")).spawn(t, "worker").join(t).release(global("m"));
  const Program program = link_one(unit);
  EXPECT_EQ(wants_of(program, "main"), ">m");
  std::vector<std::string> kinds;
  for (const Stop& stop : function_of(program, "main").effects.stops) {
    kinds.push_back(short_held(stop.held));
  }
  EXPECT_EQ(words(kinds), "m m");
}

}  // namespace
}  // namespace lockweave::analyzer::link
