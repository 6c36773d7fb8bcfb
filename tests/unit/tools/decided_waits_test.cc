// tests/unit/tools/decided_waits_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/decided_waits.h"

#include <gtest/gtest.h>

#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

using model::Action;

constexpr const char* kDoor = "meet() hall.cc:10:3";
constexpr const char* kDoorCopy = "meet() hall.cc:10:3@2";
constexpr const char* kExit = "leave() hall.cc:20:3";

// One waits under a lock taken at the door; the other took that lock at these places, and posted.
std::vector<model::Finding> told(const char* variant, const std::vector<const char*>& passed,
                                 const char* door = kDoor) {
  Scenario scenario;
  RecordBuilder& process = scenario.process();
  const model::Id poster = process.thread("poster");
  const model::Id hall = process.object("hall");
  const model::Id room = process.object("room", model::ObjectKind::semaphore);
  const model::Id kept = process.take(1, hall, door);
  std::vector<model::Step> steps{process.step(1, Action::waits, room, "meet() hall.cc:12:3", kept)};
  for (const char* place : passed) {
    steps.push_back(process.step(poster, Action::acquires, hall, place));
  }
  process.finding("blocking-under-lock", variant, steps);
  return scenario.results().findings;
}

std::size_t number(const char* variant, const std::vector<const char*>& passed,
                   const char* door = kDoor) {
  return told(variant, passed, door).size();
}

TEST(DecidedWaits, CopiesOfOneLineAreOneDoor) {
  EXPECT_EQ(number("decided", {kDoorCopy}), 0u);
  EXPECT_EQ(number("room", {kDoorCopy}), 0u);
  EXPECT_EQ(number("post", {kDoorCopy}), 1u) << "nothing was decided there";
}

TEST(DecidedWaits, WhoWaitsIsNotDecidedElsewhere) {
  EXPECT_EQ(number("decided", {kExit}), 1u);
  EXPECT_EQ(number("room", {kExit}), 1u);
}

TEST(DecidedWaits, ARoomIsLeftElsewhereByWhoHasPassedItsDoor) {
  EXPECT_EQ(number("room", {kExit, kDoorCopy}), 0u);
  EXPECT_EQ(number("decided", {kExit, kDoorCopy}), 1u);
}

TEST(DecidedWaits, WhatStandsIsToldOfOneTaking) {
  const auto findings = told("decided", {kDoorCopy, kExit});
  ASSERT_EQ(findings.size(), 1u);
  ASSERT_EQ(findings[0].flows.size(), 2u);
  ASSERT_EQ(findings[0].flows[1].steps.size(), 1u);
  EXPECT_EQ(findings[0].flows[1].steps[0].stack.at(0).line, 20u);
}

TEST(DecidedWaits, WithoutLinesNoTwoPlacesAreOne) {
  EXPECT_EQ(number("room", {"?leave"}, "?meet"), 1u);
}

}  // namespace
}  // namespace lockweave::cli::test
