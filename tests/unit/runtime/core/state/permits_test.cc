// tests/unit/runtime/core/state/permits_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/permits.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace lockweave::core {
namespace {

constexpr std::size_t kStack = std::size_t{8} << 20;
const void* const kHere = reinterpret_cast<const void*>(0x4000);
const void* const kThere = reinterpret_cast<const void*>(0x5000);

// Runs in a thread of its own; returns its state, which is retired by then.
template <class Body>
ThreadState* in_thread(Body body) {
  ThreadState* child = register_child(*current_thread(), kHere, kStack);
  std::thread thread([child, body] {
    adopt(*child);
    body(*child);
    leave_permits(*child);
    finish_thread(*child);
  });
  child_created(*child);
  ThreadState* joined = claim_to_join(thread.native_handle(), true);
  thread.join();
  release_joined(*joined);
  return joined;
}

std::vector<OutstandingPermits> outstanding(const Object& object) {
  std::vector<OutstandingPermits> all;
  for_each_taken(
      object,
      [](void* to, const OutstandingPermits& taken) {
        static_cast<std::vector<OutstandingPermits>*>(to)->push_back(taken);
      },
      &all);
  return all;
}

class Permits : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(current_thread(), nullptr);
    static std::uintptr_t next = 0x1000;
    object = object_at(next += 64, LW_SEMAPHORE, 0, kHere);
    ASSERT_NE(object, nullptr);
    open_permit_account(*object);
  }
  void TearDown() override {
    while (outstanding(*object).size() > 0 && !outstanding(*object)[0].left) {
      note_given_back(*current_thread(), *object);
    }
  }
  Object* object = nullptr;
};

TEST_F(Permits, WhatIsTakenIsOutstandingUntilItIsGivenBack) {
  ThreadState& self = *current_thread();
  note_taken(self, *object, kHere);
  note_taken(self, *object, kHere);
  ASSERT_EQ(outstanding(*object).size(), 1U);
  EXPECT_EQ(outstanding(*object)[0].thread, &self);
  EXPECT_EQ(outstanding(*object)[0].count, 2U);
  EXPECT_FALSE(outstanding(*object)[0].left);
  EXPECT_FALSE(takers_give_back(*object));
  note_given_back(self, *object);
  EXPECT_TRUE(takers_give_back(*object));
  EXPECT_EQ(outstanding(*object)[0].count, 1U);
  note_given_back(self, *object);
  EXPECT_TRUE(outstanding(*object).empty());
  EXPECT_TRUE(has_open_permit_account(*object));
}

TEST_F(Permits, PlacesAreToldApart) {
  ThreadState& self = *current_thread();
  note_taken(self, *object, kHere);
  note_taken(self, *object, kThere);
  EXPECT_EQ(outstanding(*object).size(), 2U);
}

TEST_F(Permits, WhoGivesWhatHeHasNotTakenClosesTheAccount) {
  note_taken(*current_thread(), *object, kHere);
  in_thread([this](ThreadState& other) { note_given_back(other, *object); });
  EXPECT_FALSE(has_open_permit_account(*object));
  EXPECT_TRUE(outstanding(*object).empty()) << "nothing is told of it any more";
}

TEST_F(Permits, WhatAThreadLeavesBehindIsToldWithItsName) {
  ThreadState* left = in_thread([this](ThreadState& other) { note_taken(other, *object, kHere); });
  ASSERT_EQ(outstanding(*object).size(), 1U);
  EXPECT_TRUE(outstanding(*object)[0].left);
  EXPECT_EQ(outstanding(*object)[0].thread, left);
}

TEST_F(Permits, OfManyWhoLeaveSomethingAtOnePlaceSixteenAreNamed) {
  constexpr int kMany = 50;
  for (int i = 0; i < kMany; ++i) {
    in_thread([this](ThreadState& other) { note_taken(other, *object, kHere); });
  }
  const std::vector<OutstandingPermits> all = outstanding(*object);
  EXPECT_EQ(all.size(), 16U);
  std::uint32_t count = 0;
  for (const OutstandingPermits& each : all) count += each.count;
  EXPECT_EQ(count, static_cast<std::uint32_t>(kMany));
}

TEST_F(Permits, WhoTookOnceHasTakenUntilItsStateIsAnothersThreads) {
  ThreadState* taker = in_thread([this](ThreadState& other) {
    note_taken(other, *object, kHere);
    note_given_back(other, *object);
  });
  EXPECT_TRUE(has_taken(*taker, *object));
  const Id id = taker->id;
  for (int i = 0; i < 1000 && taker->id == id; ++i) in_thread([](ThreadState&) {});
  ASSERT_NE(taker->id, id) << "the state was not used again";
  EXPECT_FALSE(has_taken(*taker, *object));
}

TEST_F(Permits, InAForkedChildNobodyHasTaken) {
  note_taken(*current_thread(), *object, kHere);
  forget_permits(*current_thread());
  EXPECT_FALSE(has_taken(*current_thread(), *object));
  EXPECT_TRUE(outstanding(*object).empty());
}

TEST_F(Permits, QueuesCountTheirWorkOnceSomebodyAsks) {
  EXPECT_FALSE(work_is_counted(*object));
  EXPECT_EQ(unfinished_work(*object), 0U);
  note_work(*object, 3);
  EXPECT_TRUE(work_is_counted(*object));
  EXPECT_EQ(unfinished_work(*object), 3U);
}

}  // namespace
}  // namespace lockweave::core
