// tests/unit/analyzer/rules/lock_order_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <gtest/gtest.h>

#include "analyzer/rules/facts.h"
#include "analyzer/rules/lock_order_cycle.h"
#include "model/fingerprint.h"
#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Answer;
using summary::Attempt;
using summary::Mode;

TEST(LockOrderCycle, OppositeOrders) {
  UnitBuilder unit;
  const auto line = takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "right", line));
}

TEST(LockOrderCycle, ASearchThatWasCutSaysSo) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(verdict_of(unit).search.components_cut, 0u);
  const link::Program program = link::link_program({unit.build()}, link::Settings{});
  Facts facts(program);
  Findings findings;
  FilteredCycles filtered;
  model::LockOrderGraph::Limits limits;
  limits.steps_total_max = 0;
  EXPECT_EQ(find_lock_order_cycles(facts, findings, filtered, limits).components_cut, 1u);
  EXPECT_TRUE(findings.empty());
}

TEST(LockOrderCycle, HasTheFingerprintOfTheRuntime) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  const std::vector<model::KeySite> sites = {{.function = "right()", .module = {}, .line = 10},
                                             {.function = "right()", .module = {}, .line = 11},
                                             {.function = "left()", .module = {}, .line = 20},
                                             {.function = "left()", .module = {}, .line = 21}};
  const Verdict verdict = verdict_of(unit);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings[0].fingerprint, model::fingerprint_of_ring("lock-order-cycle", sites));
}

TEST(LockOrderCycle, TellsWhoHoldsWhat) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  const Verdict verdict = verdict_of(unit);
  ASSERT_EQ(verdict.findings.size(), 1u);
  const model::Finding& finding = verdict.findings[0];
  EXPECT_EQ(finding.locks, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(finding.flows.size(), 2u);
  EXPECT_NE(finding.flows[0].thread, finding.flows[1].thread);
  for (const model::Flow& flow : finding.flows) {
    EXPECT_EQ(flow.created.size(), 1u);
    ASSERT_EQ(flow.steps.size(), 2u);
    ASSERT_EQ(flow.steps[1].held.size(), 1u);
    EXPECT_EQ(flow.steps[1].held[0].stack.front().file, "/src/unit.cc");
  }
}

TEST(LockOrderCycle, OneOrderIsSilent) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("a"), global("b"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, OneThreadAloneIsFiltered) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("b"), global("a"));
  unit.function("main").call("right").call("left");
  const Verdict verdict = verdict_of(unit);
  EXPECT_TRUE(verdict.findings.empty());
  ASSERT_EQ(verdict.filtered.size(), 1u);
  EXPECT_EQ(verdict.filtered[0].second, "one thread alone does all of it");
}

TEST(LockOrderCycle, CommonGateIsFiltered) {
  UnitBuilder unit;
  FunctionBuilder& right = unit.function("right").guard(local("g"), {global("gate")});
  takes_both(right, global("a"), global("b"));
  right.guard_end(local("g"));
  FunctionBuilder& left = unit.function("left").guard(local("h"), {global("gate")});
  takes_both(left, global("b"), global("a"));
  left.guard_end(local("h"));
  starts(unit, {"right", "left"});
  const Verdict verdict = verdict_of(unit);
  EXPECT_TRUE(verdict.findings.empty());
  ASSERT_EQ(verdict.filtered.size(), 1u);
  EXPECT_EQ(verdict.filtered[0].second, "all of it happens under `gate`");
}

TEST(LockOrderCycle, GateHeldByCallersIsFiltered) {
  UnitBuilder unit;
  takes_both(unit.function("right").internal(), global("a"), global("b"));
  takes_both(unit.function("left").internal(), global("b"), global("a"));
  for (const std::string side : {"right", "left"}) {
    unit.function("gated_" + side)
        .guard(local("g"), {global("gate")})
        .call(side)
        .guard_end(local("g"));
  }
  starts(unit, {"gated_right", "gated_left"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, PastTheGateIsTold) {
  UnitBuilder unit;
  FunctionBuilder& right = unit.function("right").guard(local("g"), {global("gate")});
  const auto line = takes_both(right, global("a"), global("b"));
  right.guard_end(local("g"));
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "right", line));
}

TEST(LockOrderCycle, OrderedByJoinIsFiltered) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  takes_both(unit.function("left"), global("b"), global("a"));
  unit.function("main")
      .spawn(local("one"), "right")
      .join(local("one"))
      .spawn(local("two"), "left")
      .join(local("two"));
  const Verdict verdict = verdict_of(unit);
  EXPECT_TRUE(verdict.findings.empty());
  ASSERT_EQ(verdict.filtered.size(), 1u);
  EXPECT_EQ(verdict.filtered[0].second, "creation and join of the threads put it in order");
}

TEST(LockOrderCycle, TriesNeverWait) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a"), global("b"));
  unit.function("left")
      .guard(local("outer"), {global("b")})
      .try_acquire(global("a"), "got")
      .branch("got", 2, 3)
      .at(2)
      .release(global("a"))
      .go(3)
      .at(3)
      .guard_end(local("outer"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, TimedOnesWait) {
  UnitBuilder unit;
  const auto line = takes_both(unit.function("right"), global("a"), global("b"));
  unit.function("left")
      .guard(local("outer"), {global("b")})
      .guard(local("inner"), {global("a")})
      .with([](Op& op) { op.attempt = Attempt::timed; })
      .guard_end(local("inner"))
      .guard_end(local("outer"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "right", line));
}

TEST(LockOrderCycle, TakenTogetherIsSilent) {
  UnitBuilder unit;
  unit.function("right").guard(local("both"), {global("a"), global("b")}).guard_end(local("both"));
  unit.function("left").guard(local("both"), {global("b"), global("a")}).guard_end(local("both"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, ReadersDoNotBlockReaders) {
  UnitBuilder unit;
  for (const auto& [name, first, second] :
       {std::tuple("right", "a", "b"), std::tuple("left", "b", "a")}) {
    unit.function(name)
        .acquire(global(first), Mode::shared)
        .acquire(global(second), Mode::shared)
        .release(global(second))
        .release(global(first));
  }
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, RingOfThree) {
  UnitBuilder unit;
  const auto line = takes_both(unit.function("one"), global("a"), global("b"));
  takes_both(unit.function("two"), global("b"), global("c"));
  takes_both(unit.function("three"), global("c"), global("a"));
  starts(unit, {"one", "two", "three"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "one", line));
}

TEST(LockOrderCycle, RingOfThreeByTwoThreadsIsFiltered) {
  UnitBuilder unit;
  takes_both(unit.function("one"), global("a"), global("b"));
  takes_both(unit.function("two"), global("b"), global("c"));
  takes_both(unit.function("three"), global("c"), global("a"));
  unit.function("one_and_two").call("one").call("two");
  starts(unit, {"one_and_two", "three"});
  const Verdict verdict = verdict_of(unit);
  EXPECT_TRUE(verdict.findings.empty());
  EXPECT_EQ(verdict.filtered.size(), 1u);
}

TEST(LockOrderCycle, ThroughACall) {
  UnitBuilder unit;
  FunctionBuilder& inner = unit.function("inner").guard(local("g"), {global("b")});
  const auto line = line_of_last(inner);
  inner.guard_end(local("g"));
  unit.function("right").guard(local("g"), {global("a")}).call("inner").guard_end(local("g"));
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "inner", line));
}

// Two accounts of one class.
std::uint32_t add_transfer(UnitBuilder& unit) {
  FunctionBuilder& transfer =
      unit.function("transfer").parameter("from", "Account").parameter("to", "Account");
  return takes_both(transfer, parameter(0, "Account") / "Account::mu",
                    parameter(1, "Account") / "Account::mu");
}

// with_a() { lock a; f(); }
FunctionBuilder& calls_its_parameter_under(UnitBuilder& unit, const std::string& name,
                                           const Path& lock) {
  return unit.function(name)
      .parameter("f")
      .guard(local("g"), {lock})
      .call_stored(parameter(0))
      .guard_end(local("g"));
}

TEST(LockOrderCycle, ThroughAFunctionThatIsPassed) {
  UnitBuilder unit;
  calls_its_parameter_under(unit, "with_a", global("a"));
  unit.function("inner").guard(local("g"), {global("b")}).guard_end(local("g"));
  unit.function("right").call("with_a").passing("inner");
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  EXPECT_NE(told(unit), "");
}

TEST(LockOrderCycle, ThroughAFunctionThatIsHandedOn) {
  UnitBuilder unit;
  calls_its_parameter_under(unit, "with_a", global("a"));
  unit.function("hands_on").parameter("f").call("with_a", {parameter(0)});
  unit.function("inner").guard(local("g"), {global("b")}).guard_end(local("g"));
  unit.function("names_it").call("hands_on").passing("inner");
  unit.function("right").call("names_it");
  takes_both(unit.function("left"), global("b"), global("a"));
  starts(unit, {"right", "left"});
  const Verdict verdict = verdict_of(unit);
  ASSERT_EQ(verdict.findings.size(), 1u);
}

TEST(LockOrderCycle, AFunctionThatIsPassedInTheSameOrderIsSilent) {
  UnitBuilder unit;
  calls_its_parameter_under(unit, "with_a", global("a"));
  unit.function("inner").guard(local("g"), {global("b")}).guard_end(local("g"));
  unit.function("right").call("with_a").passing("inner");
  takes_both(unit.function("left"), global("a"), global("b"));
  starts(unit, {"right", "left"});
  EXPECT_EQ(told(unit), "");
}

TEST(LockOrderCycle, ObjectsThatPointToEachOther) {
  UnitBuilder unit;
  takes_both(unit.function("right"), global("a") / "A::m",
             behind_pointer(global("a"), "A::b", "B::m"));
  takes_both(unit.function("left"), global("b") / "B::m",
             behind_pointer(global("b"), "B::a", "A::m"));
  starts(unit, {"right", "left"});
  const Verdict verdict = verdict_of(unit);
  ASSERT_EQ(verdict.findings.size(), 1u);
  EXPECT_EQ(verdict.findings[0].confidence, model::Confidence::medium);
}

TEST(LockOrderCycle, DownAListIsSilent) {
  UnitBuilder unit;
  for (const char* node : {"a", "b"}) {
    takes_both(unit.function(std::string("from_") + node), global(node) / "Node::m",
               behind_pointer(global(node), "Node::next", "Node::m"));
  }
  starts(unit, {"from_a", "from_b"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, TwoObjectsBothWays) {
  UnitBuilder unit;
  const auto line = add_transfer(unit);
  unit.function("pay").call("transfer", {global("savings"), global("household")});
  unit.function("save").call("transfer", {global("household"), global("savings")});
  starts(unit, {"pay", "save"});
  EXPECT_EQ(told(unit), at("lock-order-cycle", "transfer", line));
}

TEST(LockOrderCycle, TwoObjectsAlwaysOneWayIsSilent) {
  UnitBuilder unit;
  add_transfer(unit);
  unit.function("pay").call("transfer", {global("savings"), global("household")});
  unit.function("save").call("transfer", {global("savings"), global("household")});
  starts(unit, {"pay", "save"});
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, TwoObjectsPassedToTheThread) {
  UnitBuilder unit;
  const auto line = add_transfer(unit);
  unit.function("main")
      .spawn(local("one"), "transfer", {global("savings"), global("household")})
      .spawn(local("two"), "transfer", {global("household"), global("savings")})
      .join(local("one"))
      .join(local("two"));
  EXPECT_EQ(told(unit), at("lock-order-cycle", "transfer", line));
}

TEST(LockOrderCycle, TwoObjectsOfUnknownUsers) {
  UnitBuilder unit;
  const auto line = add_transfer(unit);
  EXPECT_EQ(told(unit), at("~lock-order-cycle", "transfer", line));
}

TEST(LockOrderCycle, AComparisonMakesItAGuess) {
  UnitBuilder unit;
  const auto line = add_transfer(unit);
  unit.function("helper");
  UnitBuilder ordered;
  FunctionBuilder& transfer = ordered.function("transfer")
                                  .parameter("from", "Account")
                                  .parameter("to", "Account")
                                  .branch("from.number < to.number", 2, 2)
                                  .at(2);
  takes_both(transfer, parameter(0, "Account") / "Account::mu",
             parameter(1, "Account") / "Account::mu");
  EXPECT_EQ(told(unit), at("~lock-order-cycle", "transfer", line));
  EXPECT_EQ(told(ordered), "");
  EXPECT_EQ(told(ordered, true).front(), '?');
}

TEST(LockOrderCycle, ParentThenChildIsSilent) {
  UnitBuilder unit;
  const Path node = parameter(0, "Node");
  takes_both(unit.function("step").parameter("node", "Node"), node / "Node::mu",
             node / "Node::next" / "Node::mu");
  EXPECT_EQ(told(unit, true), "");
}

TEST(LockOrderCycle, ElementsByUnknownIndex) {
  UnitBuilder unit;
  const auto line =
      takes_both(unit.function("dine"), global("forks") / "[]", global("forks") / "[]");
  FunctionBuilder& main = unit.function("main");
  main.spawn(local("all"), "dine").with([](Op& op) { op.repeated = op.looped = true; });
  EXPECT_EQ(told(unit), at("~lock-order-cycle", "dine", line));
}

TEST(LockOrderCycle, ALoopOverElementsIsSilent) {
  UnitBuilder unit;
  unit.function("lock_all")
      .go(2)
      .at(2)
      .acquire(global("shards") / "[]")
      .in_loop()
      .branch("more", 2, 3)
      .at(3)
      .release(global("shards") / "[]");
  FunctionBuilder& main = unit.function("main");
  main.spawn(local("all"), "lock_all").with([](Op& op) { op.repeated = op.looped = true; });
  EXPECT_EQ(told(unit), "");
}

TEST(LockOrderCycle, MembersOfOneObjectOfAnyUser) {
  UnitBuilder unit;
  const Path self = object("Bank");
  const auto line =
      takes_both(unit.function("Bank::pay").method_of("Bank"), self / "Bank::a", self / "Bank::b");
  takes_both(unit.function("Bank::refund").method_of("Bank"), self / "Bank::b", self / "Bank::a");
  EXPECT_EQ(told(unit), at("~lock-order-cycle", "Bank::pay", line));
}

TEST(LockOrderCycle, AGateInTheSameObjectCounts) {
  UnitBuilder unit;
  const Path self = object("Bank");
  for (const auto& [name, first, second] : {std::tuple("Bank::pay", "Bank::a", "Bank::b"),
                                            std::tuple("Bank::refund", "Bank::b", "Bank::a")}) {
    FunctionBuilder& method = unit.function(name).method_of("Bank");
    method.guard(local("g"), {self / "Bank::gate"});
    takes_both(method, self / first, self / second);
    method.guard_end(local("g"));
  }
  EXPECT_EQ(told(unit, true), "");
}

TEST(DoubleLock, ThroughACall) {
  UnitBuilder unit;
  FunctionBuilder& add = unit.function("add").guard(local("g"), {global("mu")});
  add.with([](Op& op) { op.recursive = Answer::no; });
  const auto line = line_of_last(add);
  add.guard_end(local("g"));
  unit.function("main").guard(local("g"), {global("mu")}).call("add").guard_end(local("g"));
  EXPECT_EQ(told(unit), at("double-lock", "add", line));
}

TEST(DoubleLock, OneSecondAcquisitionIsToldOnce) {
  UnitBuilder unit;
  const auto plain = [](Op& op) { op.recursive = Answer::no; };
  FunctionBuilder& write = unit.function("write").acquire(global("m")).with(plain);
  const auto line = line_of_last(write);
  write.release(global("m"));
  for (const char* name : {"on_message", "on_connect"}) {
    unit.function(name).acquire(global("m")).with(plain).call("write").release(global("m"));
  }
  EXPECT_EQ(told(unit), at("double-lock", "write", line));
}

TEST(DoubleLock, InARecursion) {
  UnitBuilder unit;
  FunctionBuilder& count = unit.function("count").guard(local("g"), {global("mu")});
  count.with([](Op& op) { op.recursive = Answer::no; });
  const auto line = line_of_last(count);
  count.branch("leaf", 2, 3).at(2).go(3).call("count").at(3).guard_end(local("g"));
  unit.function("main").call("count");
  EXPECT_EQ(told(unit), at("double-lock", "count", line));
}

TEST(DoubleLock, RecursiveLocksAreSilent) {
  UnitBuilder unit;
  const auto recursive = [](Op& op) { op.recursive = Answer::yes; };
  unit.function("add").acquire(global("mu")).with(recursive).release(global("mu"));
  unit.function("main").acquire(global("mu")).with(recursive).call("add").release(global("mu"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(DoubleLock, UnknownKindIsAGuessButForPthread) {
  for (const std::string type : {"my_mutex", "pthread_mutex_t"}) {
    UnitBuilder unit;
    const auto of_type = [&](Op& op) { op.what = type; };
    FunctionBuilder& main = unit.function("main").acquire(global("mu")).with(of_type);
    main.acquire(global("mu")).with(of_type);
    const auto line = line_of_last(main);
    main.release(global("mu")).release(global("mu"));
    EXPECT_EQ(told(unit, true),
              at(type == "my_mutex" ? "?double-lock" : "~double-lock", "main", line));
  }
}

// Its type alone leaves it open; the initialisation stands in any unit.
TEST(DoubleLock, InitialisationSaysTheKind) {
  for (const Answer kind : {Answer::no, Answer::yes, Answer::unknown}) {
    UnitBuilder unit;
    const auto of_type = [](Op& op) { op.what = "pthread_mutex_t"; };
    const Path mu = global("box") / "Box::mu";
    FunctionBuilder& main = unit.function("main").acquire(mu).with(of_type);
    main.acquire(mu).with(of_type);
    const auto line = line_of_last(main);
    main.release(mu).release(mu);
    Path slot;
    slot.fields = {"Box::mu"};
    unit.lock_kind(slot, kind);
    const std::string expected = kind == Answer::no    ? at("double-lock", "main", line)
                                 : kind == Answer::yes ? ""
                                                       : at("?double-lock", "main", line);
    EXPECT_EQ(told(unit, true), expected);
  }
}

TEST(DoubleLock, OtherObjectOfTheClassIsSilent) {
  UnitBuilder unit;
  const Path mu = object("Account") / "Account::mu";
  unit.function("Account::take")
      .method_of("Account")
      .guard(local("g"), {mu})
      .with([](Op& op) { op.recursive = Answer::no; })
      .guard_end(local("g"));
  unit.function("main")
      .guard(local("g"), {global("one") / "Account::mu"})
      .call("Account::take", {}, global("two"))
      .guard_end(local("g"));
  EXPECT_EQ(told(unit, true), "");
}

TEST(DoubleLock, Upgrade) {
  UnitBuilder unit;
  const auto plain = [](Op& op) { op.recursive = Answer::no; };
  FunctionBuilder& main = unit.function("main").acquire(global("mu"), Mode::shared).with(plain);
  main.acquire(global("mu")).with(plain);
  const auto line = line_of_last(main);
  main.release(global("mu")).release(global("mu"));
  EXPECT_EQ(told(unit), at("double-lock", "main", line));
}

TEST(DoubleLock, ReadersAgainAreSilent) {
  UnitBuilder unit;
  unit.function("main")
      .acquire(global("mu"), Mode::shared)
      .acquire(global("mu"), Mode::shared)
      .release(global("mu"))
      .release(global("mu"));
  EXPECT_EQ(told(unit, true), "");
}

}  // namespace
}  // namespace lockweave::analyzer::rules
