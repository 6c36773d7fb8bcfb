// tests/unit/tools/gates_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/gates.h"

#include <gtest/gtest.h>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

using model::Action;

constexpr const char* kGate = "meet() hall.cc:10:3";
constexpr const char* kGateCopy = "meet() hall.cc:10:3@2";
constexpr const char* kExit = "leave() hall.cc:20:3";

// One waits under a lock taken at the gate; the other took that lock at these places, and posted.
std::vector<model::Finding> told(const char* variant, const std::vector<const char*>& passed,
                                 const char* gate = kGate) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id poster = process.thread("poster");
  const model::Id hall = process.object("hall");
  const model::Id room = process.object("room", model::ObjectKind::semaphore);
  const model::Id kept = process.take(1, hall, gate);
  std::vector<model::Step> steps{process.step(1, Action::waits, room, "meet() hall.cc:12:3", kept)};
  for (const char* place : passed) {
    steps.push_back(process.step(poster, Action::acquires, hall, place));
  }
  process.finding("blocking-under-lock", variant, steps);
  return scenario.results().findings;
}

std::size_t number(const char* variant, const std::vector<const char*>& passed,
                   const char* gate = kGate) {
  return told(variant, passed, gate).size();
}

TEST(Gates, CopiesOfOneLineAreOneGate) {
  EXPECT_EQ(number("decided", {kGateCopy}), 0u);
  EXPECT_EQ(number("room", {kGateCopy}), 0u);
  EXPECT_EQ(number("post", {kGateCopy}), 1u) << "nothing was decided there";
}

TEST(Gates, WhoWaitsIsNotDecidedElsewhere) {
  EXPECT_EQ(number("decided", {kExit}), 1u);
  EXPECT_EQ(number("room", {kExit}), 1u);
}

TEST(Gates, ARoomIsLeftElsewhereByWhoHasPassedItsGate) {
  EXPECT_EQ(number("room", {kExit, kGateCopy}), 0u);
  EXPECT_EQ(number("decided", {kExit, kGateCopy}), 1u);
}

TEST(Gates, WhatStandsIsToldOfOneTaking) {
  const auto findings = told("decided", {kGateCopy, kExit});
  ASSERT_EQ(findings.size(), 1u);
  ASSERT_EQ(findings[0].flows.size(), 2u);
  ASSERT_EQ(findings[0].flows[1].steps.size(), 1u);
  EXPECT_EQ(findings[0].flows[1].steps[0].stack.at(0).line, 20u);
}

TEST(Gates, WithoutLinesNoTwoPlacesAreOne) { EXPECT_EQ(number("room", {"?leave"}, "?meet"), 1u); }

}  // namespace
}  // namespace lockweave::cli::test
