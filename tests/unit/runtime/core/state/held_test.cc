// tests/unit/runtime/core/state/held_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/held.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace lockweave::core {
namespace {

constexpr std::uintptr_t kBase = 0x800000;  // never read: spin locks have no owner word
const void* const kHere = reinterpret_cast<const void*>(0x4000);

std::uintptr_t lock_at(std::size_t index) { return kBase + 64 * index; }

std::size_t nodes() {
  std::size_t count = 0;
  for_each_acquisition([](void* to, Acquisition&) { ++*static_cast<std::size_t*>(to); }, &count);
  return count;
}

class HeldLocks : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(current_thread(), nullptr);
    self = current_thread();
    self->chain_credit = ThreadState::kChainCreditFirst;
  }
  void TearDown() override {
    while (self->depth.load() > 0) remove_held(*self, self->depth.load() - 1);
    EXPECT_EQ(broken_invariant(*self), nullptr);
    end_objects_within(kBase, std::size_t{1} << 22, nullptr, nullptr);
  }

  // As the hooks do it.
  Acquisition* take(std::uintptr_t address, lw_kind kind = LW_SPINLOCK) {
    (void)bring_chain_up_to_date(*self);
    const bool behind = chain_is_behind(*self);
    bool made = false;
    Acquisition* node = intern_acquisition(
        {behind ? nullptr : self->top, address, 1, behind ? kContextUnknown : 0U}, kind, 0, kHere,
        made);
    put_held(*self, node, 1);
    held.push_back(address);
    return node;
  }
  void give_back(std::uintptr_t address) {
    const std::uint32_t at = find_held(*self, address);
    ASSERT_NE(at, kNotHeld);
    remove_held(*self, at, Removal::released);
    held.erase(std::find(held.begin(), held.end(), address));
  }
  std::vector<std::uintptr_t> listed() const {
    std::vector<std::uintptr_t> all;
    for_each_held(*self, [&all](const Held& each) { all.push_back(each.node->object->address); });
    return all;
  }
  std::vector<std::uintptr_t> chained() const {
    std::vector<std::uintptr_t> all;
    for (Acquisition* node = self->top; node != nullptr; node = node->outer) {
      all.insert(all.begin(), node->object->address.load());
    }
    return all;
  }

  ThreadState* self = nullptr;
  std::vector<std::uintptr_t> held;  // the oracle, innermost last
};

// Any order of taking and giving back, at any depth.
TEST_F(HeldLocks, AgreeWithAListOfThem) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  constexpr std::size_t kLocks = 300;
  for (int step = 0; step < 20000; ++step) {
    const bool grows = (step / 1000) % 2 == 0;
    const std::uintptr_t lock = lock_at(random() % kLocks);
    ASSERT_EQ(holds(*self, lock), std::find(held.begin(), held.end(), lock) != held.end());
    if (!holds(*self, lock) && (grows || random() % 8 == 0)) {
      take(lock);
    } else if (!held.empty()) {
      const std::size_t which = random() % 3 == 0 ? held.size() - 1 : random() % held.size();
      give_back(held[which]);
    }
    const char* const broken = broken_invariant(*self);
    ASSERT_EQ(broken, nullptr) << broken;
    if (step % 16 == 0) {
      ASSERT_EQ(listed(), held);
    }
    if (step % 64 == 0) {
      ASSERT_TRUE(bring_chain_up_to_date(*self, Effort::whatever_it_takes));
      ASSERT_EQ(chained(), held);
      ASSERT_EQ(broken_invariant(*self), nullptr);
    }
  }
}

// Each release of the outermost of many locks made a new chain of all the others once.
TEST_F(HeldLocks, GivenBackOutermostFirstCostNoNewChains) {
  constexpr std::size_t kLocks = 2000;
  for (std::size_t i = 0; i < kLocks; ++i) take(lock_at(i));
  const std::size_t before = nodes();
  for (std::size_t i = 0; i < kLocks; ++i) give_back(lock_at(i));
  EXPECT_EQ(self->depth.load(), 0U);
  EXPECT_EQ(self->top, nullptr);
  EXPECT_LE(nodes() - before, 33U * 32U / 2) << "of the last 32 alone";
}

TEST_F(HeldLocks, TakenAndGivenBackInTurnCostNoMoreThanTheCredit) {
  constexpr std::size_t kLocks = 1000;
  constexpr std::size_t kEarned = 32;
  for (std::size_t i = 0; i < kLocks; ++i) take(lock_at(i));
  const std::size_t before = nodes();
  for (std::size_t i = 0; i < kLocks; ++i) {
    give_back(lock_at(i));
    earn_chain_credit(*self);
    take(lock_at(i));
  }
  EXPECT_LE(nodes() - before, ThreadState::kChainCreditFirst + kLocks * (kEarned + 1));
  EXPECT_EQ(listed(), held) << "the list is exact all the same";
}

TEST_F(HeldLocks, WhatHasEndedIsDroppedAtAnyDepthInTime) {
  constexpr std::size_t kLocks = 500;
  for (std::size_t i = 0; i < kLocks; ++i) take(lock_at(i));
  end_object(*find_object(lock_at(7)));
  end_object(*find_object(lock_at(kLocks - 1)));
  reconcile_held(*self);
  EXPECT_FALSE(holds(*self, lock_at(kLocks - 1)));
  for (std::size_t i = 0; i < kLocks / 32; ++i) reconcile_held(*self);
  EXPECT_EQ(listed().size(), kLocks - 2);
  EXPECT_EQ(broken_invariant(*self), nullptr);
}

// What was held under them, while a new chain is due.
TEST_F(HeldLocks, AreKeptWhileTheirChainIsBehind) {
  constexpr std::size_t kLocks = 200;
  for (std::size_t i = 0; i < kLocks; ++i) take(lock_at(i));
  give_back(lock_at(0));
  ASSERT_TRUE(chain_is_behind(*self));
  EXPECT_EQ(self->top, nullptr) << "others are not to see a lock that is free";
  ASSERT_TRUE(bring_chain_up_to_date(*self));
  EXPECT_EQ(chained(), held);
}

TEST_F(HeldLocks, ASemaphoreRemembersTheLockItOutlives) {
  take(lock_at(0));
  Acquisition* semaphore = take(lock_at(1), LW_SEMAPHORE);
  EXPECT_EQ(semaphore->semaphores, 1U);
  for (std::size_t i = 2; i < 100; ++i) take(lock_at(i));
  const Object* under = find_object(lock_at(0));
  give_back(lock_at(0));
  ASSERT_TRUE(bring_chain_up_to_date(*self));
  const Acquisition* moved = entries(*self)[0].node;
  EXPECT_EQ(moved->object->address.load(), lock_at(1));
  EXPECT_NE(moved->flags & kOutlivedLock, 0U);
  EXPECT_EQ(moved->taken_under.load(), under);
}

TEST_F(HeldLocks, RecursionIsCounted) {
  Acquisition* node = take(lock_at(0));
  restore_count(*self, 3);
  EXPECT_EQ(entries(*self)[0].count, 3U);
  EXPECT_EQ(self->top, node);
}

}  // namespace
}  // namespace lockweave::core
