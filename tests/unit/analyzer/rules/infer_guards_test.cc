// tests/unit/analyzer/rules/infer_guards_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/rules/infer_guards.h"

#include <gtest/gtest.h>

#include "tests/unit/analyzer/rules/told.h"

namespace lockweave::analyzer::rules {
namespace {

using summary::Field;
using summary::Mode;
using summary::Promise;

// A class with a lock and members; each access in a method of its own.
struct Bank {
  Bank() : account(unit.type("Account")) {
    lock("mu");
    unit.field(account, "balance", "int");
  }
  Field& lock(const std::string& name) {
    Field& made = unit.field(account, name, "std::mutex");
    made.lock = true;
    return made;
  }
  FunctionBuilder& method(const std::string& name) {
    return unit.function(name).method_of("Account");
  }
  FunctionBuilder& access(const std::string& name, bool write, const std::string& lock = "mu",
                          Mode mode = Mode::exclusive) {
    FunctionBuilder& made = method(name);
    const Path mutex = object("Account") / ("Account::" + lock);
    if (!lock.empty()) made.acquire(mutex, mode);
    write ? made.write(balance()) : made.read(balance());
    if (!lock.empty()) made.release(mutex);
    return made;
  }
  static Path balance() { return object("Account") / "Account::balance"; }

  UnitBuilder unit;
  summary::Class& account;
};

std::vector<GuardedClass> guards_of(const UnitBuilder& unit) {
  return infer_guards(link::link_program({unit.build()}, link::Settings{}));
}

GuardedMember member_of(const UnitBuilder& unit, const std::string& name) {
  for (const GuardedClass& one : guards_of(unit)) {
    for (const GuardedMember& member : one.members) {
      if (member.name == name) return member;
    }
  }
  return {};
}

// "guarded by mu 3/4 w2", "unclear mu 1/3 w1", "no lock 0/3 w1", "absent".
std::string told_member(const UnitBuilder& unit, const std::string& name) {
  const GuardedMember member = member_of(unit, name);
  if (member.name.empty()) return "absent";
  const std::string verdict = member.guarded             ? "guarded by " + member.lock.name
                              : member.lock.name.empty() ? "no lock"
                                                         : "unclear " + member.lock.name;
  return verdict + " " + std::to_string(member.held) + "/" + std::to_string(member.accesses) +
         " w" + std::to_string(member.writes);
}

TEST(InferGuards, ThreeAccessesUnderOneLock) {
  Bank bank;
  bank.access("deposit", true);
  bank.access("withdraw", true);
  bank.access("look", false);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w2");
}

TEST(InferGuards, TwoAreTooFew) {
  Bank bank;
  bank.access("deposit", true);
  bank.access("look", false);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "unclear mu 2/2 w1");
}

TEST(InferGuards, WithoutAWriteNothingNeedsALock) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) bank.access(name, false);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "unclear mu 3/3 w0");
}

TEST(InferGuards, ThreeQuartersAreEnoughAndTheOtherIsNamed) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) bank.access(name, true);
  FunctionBuilder& forgotten = bank.method("forgotten").read(Bank::balance());
  const auto line = line_of_last(forgotten);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/4 w3");
  const GuardedMember member = member_of(bank.unit, "Account::balance");
  ASSERT_EQ(member.not_at.size(), 1u);
  EXPECT_EQ(member.not_at[0].line, line);
  EXPECT_EQ(member.not_at[0].function, "forgotten");
}

TEST(InferGuards, LessThanThreeQuartersAreNot) {
  Bank bank;
  for (const char* name : {"a", "b", "c", "d", "e"}) bank.access(name, true);
  for (const char* name : {"f", "g"}) bank.access(name, true, "");
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "unclear mu 5/7 w7");
}

TEST(InferGuards, ConstructorsAndDestructorsAreLeftOut) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) bank.access(name, true);
  bank.access("Account::Account", true, "").set([](auto& f) { f.constructor = true; });
  bank.access("Account::~Account", true, "").set([](auto& f) { f.destructor = true; });
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w3");
}

TEST(InferGuards, AFunctionThatOnlyAConstructorCallsIsLeftOutButUnseenByClang) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) bank.access(name, true);
  bank.access("reset", true, "");
  bank.method("Account::Account")
      .set([](auto& f) { f.constructor = true; })
      .call("reset", {}, object("Account"));
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w3");
  const GuardedMember member = member_of(bank.unit, "Account::balance");
  ASSERT_EQ(member.unseen.size(), 1u);
  EXPECT_EQ(member.unseen[0].function, "reset");
}

TEST(InferGuards, AnotherClassesConstructorCounts) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) bank.access(name, true);
  bank.unit.function("Audit::Audit")
      .method_of("Audit")
      .parameter("account", "Account")
      .set([](auto& f) { f.constructor = true; })
      .read(parameter(0, "Account") / "Account::balance");
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/4 w3");
}

TEST(InferGuards, WhatEveryCallerHoldsCountsButClangDoesNotSeeIt) {
  Bank bank;
  bank.access("a", true);
  bank.access("b", true);
  bank.access("add_locked", true, "").hidden();
  const Path mu = object("Account") / "Account::mu";
  bank.method("c").acquire(mu).call("add_locked", {}, object("Account")).release(mu);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w3");
  const GuardedMember member = member_of(bank.unit, "Account::balance");
  ASSERT_EQ(member.unseen.size(), 1u);
  EXPECT_EQ(member.unseen[0].function, "add_locked");
}

TEST(InferGuards, AnAttributeThatDemandsTheLockIsSeen) {
  Bank bank;
  bank.access("a", true);
  bank.access("b", true);
  bank.access("add_locked", true, "")
      .promise(Promise::Kind::needs, object("Account") / "Account::mu");
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w3");
  EXPECT_TRUE(member_of(bank.unit, "Account::balance").unseen.empty());
}

TEST(InferGuards, OneCallerWithoutTheLockIsEnough) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) bank.access(name, true);
  bank.access("add_locked", true, "").hidden();
  const Path mu = object("Account") / "Account::mu";
  bank.method("d").acquire(mu).call("add_locked", {}, object("Account")).release(mu);
  bank.method("e").call("add_locked", {}, object("Account"));
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/4 w4");
}

TEST(InferGuards, ALibraryGuardHoldsButClangDoesNotSeeIt) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) {
    bank.method(name)
        .guard(local("g"), {object("Account") / "Account::mu"})
        .write(Bank::balance())
        .guard_end(local("g"));
  }
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w3");
  EXPECT_EQ(member_of(bank.unit, "Account::balance").unseen.size(), 3u);
}

// A method that waits, and the lambda that is its predicate, as the extractor names and places it.
FunctionBuilder& predicate_of(Bank& bank, const std::string& waiter, bool predicate) {
  const Path mu = object("Account") / "Account::mu";
  bank.method(waiter)
      .guard(local("g"), {mu})
      .wait(object("Account") / "Account::changed", local("g"))
      .with([&](Op& op) { op.predicate = predicate; })
      .guard_end(local("g"))
      .set([](auto& f) {
        f.end = {1, 10'000, 1};
      });
  FunctionBuilder& lambda = bank.access(waiter + "::{lambda}", false, "");
  return lambda.set([](auto& f) { f.lambda = true; });
}

TEST(InferGuards, AWaitsPredicateHasItsLockButClangDoesNotSeeIt) {
  Bank bank;
  bank.access("a", true);
  bank.access("b", true);
  predicate_of(bank, "waits", true);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w2");
  const GuardedMember member = member_of(bank.unit, "Account::balance");
  ASSERT_EQ(member.unseen.size(), 1u);
  EXPECT_EQ(member.unseen[0].function, "waits::{lambda}");
}

TEST(InferGuards, AnotherLambdaInAFunctionThatWaitsHasNone) {
  Bank without;
  without.access("a", true);
  without.access("b", true);
  predicate_of(without, "waits", false);
  EXPECT_EQ(told_member(without.unit, "Account::balance"), "unclear mu 2/3 w2");
  Bank second;
  second.access("a", true);
  second.access("b", true);
  predicate_of(second, "waits", true);
  second.access("waits::{lambda}2", false, "").set([](auto& f) {
    f.lambda = true;
    f.name = "waits::{lambda}";
  });
  EXPECT_EQ(told_member(second.unit, "Account::balance"), "guarded by mu 3/4 w2");
}

TEST(InferGuards, AnotherObjectsLockIsNone) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) {
    bank.unit.function(name)
        .parameter("from", "Account")
        .parameter("to", "Account")
        .acquire(parameter(0, "Account") / "Account::mu")
        .write(parameter(1, "Account") / "Account::balance")
        .release(parameter(0, "Account") / "Account::mu");
  }
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "no lock 0/3 w3");
}

TEST(InferGuards, TwoObjectsThatNobodyCanNameNeedNotBeOne) {
  Bank bank;
  for (const char* name : {"a", "b", "c"}) {
    bank.unit.function(name)
        .acquire(nowhere() / "Account::mu")
        .write(nowhere() / "Account::balance")
        .release(nowhere() / "Account::mu");
  }
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "no lock 0/3 w3");
}

TEST(InferGuards, AMaybeHeldLockIsNone) {
  Bank bank;
  const Path mu = object("Account") / "Account::mu";
  for (const char* name : {"a", "b", "c"}) {
    bank.method(name)
        .branch("sometimes", 2, 3)
        .at(2)
        .acquire(mu)
        .go(3)
        .at(3)
        .write(Bank::balance());
  }
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "no lock 0/3 w3");
}

TEST(InferGuards, AWriteNeedsTheLockExclusively) {
  Bank bank;
  bank.access("a", true);
  bank.access("b", false, "mu", Mode::shared);
  bank.access("c", false, "mu", Mode::shared);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/3 w1");
  bank.access("d", true, "mu", Mode::shared);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/4 w2");
}

TEST(InferGuards, OfTwoLocksTheMoreFrequent) {
  Bank bank;
  bank.lock("other");
  bank.access("a", true, "other");
  for (const char* name : {"b", "c", "d"}) bank.access(name, true);
  EXPECT_EQ(told_member(bank.unit, "Account::balance"), "guarded by mu 3/4 w4");
}

TEST(InferGuards, WhatNeedsNoLockIsLeftOut) {
  Bank bank;
  bank.unit.field(bank.account, "limit", "const int").constant = true;
  bank.unit.field(bank.account, "hits", "std::atomic<int>").atomic = true;
  bank.unit.field(bank.account, "changed", "std::condition_variable").condition_variable = true;
  bank.unit.field(bank.account, "idle", "int");
  for (const char* name : {"limit", "hits", "changed", "mu"}) {
    EXPECT_EQ(told_member(bank.unit, "Account::" + std::string(name)), "absent") << name;
  }
  EXPECT_EQ(told_member(bank.unit, "Account::idle"), "no lock 0/0 w0");
}

TEST(InferGuards, AClassWithoutALockIsLeftOut) {
  UnitBuilder unit;
  summary::Class& point = unit.type("Point");
  unit.field(point, "x", "int");
  unit.function("move").method_of("Point").write(object("Point") / "Point::x");
  EXPECT_TRUE(guards_of(unit).empty());
}

TEST(InferGuards, AnInnerMemberCountsForTheOneBesideTheLock) {
  Bank bank;
  Field& rates = bank.unit.field(bank.account, "rates", "Rates");
  rates.owner_type = "Rates";
  bank.unit.field(bank.unit.type("Rates"), "today", "int");
  const Path mu = object("Account") / "Account::mu";
  for (const char* name : {"a", "b", "c"}) {
    bank.method(name)
        .acquire(mu)
        .write(object("Account") / "Account::rates" / "Rates::today")
        .release(mu);
  }
  EXPECT_EQ(told_member(bank.unit, "Account::rates"), "guarded by mu 3/3 w3");
  EXPECT_EQ(told_member(bank.unit, "Rates::today"), "absent");
}

TEST(InferGuards, WhatAPointerLeadsToIsNotTheMember) {
  Bank bank;
  bank.unit.field(bank.account, "rates", "Rates *").owner_type = "Rates";
  bank.unit.field(bank.unit.type("Rates"), "today", "int");
  const Path mu = object("Account") / "Account::mu";
  for (const char* name : {"a", "b", "c"}) {
    bank.method(name)
        .acquire(mu)
        .write(object("Account") / "Account::rates" / "Rates::today")
        .release(mu);
  }
  EXPECT_EQ(told_member(bank.unit, "Account::rates"), "no lock 0/0 w0");
}

TEST(InferGuards, AWrapperIsToldAsTheLockAndMayBeACapability) {
  for (const bool annotated : {false, true}) {
    UnitBuilder unit;
    summary::Class& mutex = unit.type("Mutex");
    unit.field(mutex, "impl", "std::mutex").lock = true;
    const Path impl = object("Mutex") / "Mutex::impl";
    FunctionBuilder& lock = unit.function("Mutex::lock").method_of("Mutex").acquire(impl);
    FunctionBuilder& unlock = unit.function("Mutex::unlock").method_of("Mutex").release(impl);
    if (annotated) {
      lock.promise(Promise::Kind::acquires, object("Mutex"));
      unlock.promise(Promise::Kind::releases, object("Mutex"));
    }
    summary::Class& account = unit.type("Account");
    unit.field(account, "mu", "Mutex").owner_type = "Mutex";
    unit.field(account, "balance", "int");
    for (const char* name : {"a", "b", "c"}) {
      unit.function(name)
          .method_of("Account")
          .call("Mutex::lock", {}, object("Account") / "Account::mu")
          .write(Bank::balance())
          .call("Mutex::unlock", {}, object("Account") / "Account::mu");
    }
    EXPECT_EQ(told_member(unit, "Account::balance"), "guarded by mu 3/3 w3");
    const GuardedMember member = member_of(unit, "Account::balance");
    EXPECT_EQ(member.lock.capability, annotated);
    EXPECT_EQ(member.lock.type, "Mutex");
    EXPECT_EQ(member.unseen.empty(), annotated);
    EXPECT_EQ(told_member(unit, "Account::mu"), "absent");
  }
}

TEST(InferGuards, AGlobalIsGuardedByAGlobal) {
  UnitBuilder unit;
  unit.variable("mu", "std::mutex").lock = true;
  unit.variable("total", "int");
  unit.variable("free", "int");
  for (const char* name : {"a", "b", "c"}) {
    unit.function(name)
        .acquire(global("mu"))
        .write(global("total"))
        .release(global("mu"))
        .write(global("free"));
  }
  EXPECT_EQ(told_member(unit, "total"), "guarded by mu 3/3 w3");
  EXPECT_EQ(told_member(unit, "free"), "no lock 0/3 w3");
  EXPECT_EQ(told_member(unit, "mu"), "absent");
}

TEST(InferGuards, ElementsCountForTheArrayAndAtomicAccessesDoNot) {
  Bank bank;
  bank.unit.field(bank.account, "cells", "int[8]");
  const Path mu = object("Account") / "Account::mu";
  const Path cell = object("Account") / "Account::cells" / "[]";
  for (const char* name : {"a", "b", "c"}) {
    bank.method(name).acquire(mu).write(cell).release(mu);
  }
  bank.method("d").write(cell).with([](Op& op) { op.atomic = true; });
  EXPECT_EQ(told_member(bank.unit, "Account::cells"), "guarded by mu 3/3 w3");
}

}  // namespace
}  // namespace lockweave::analyzer::rules
