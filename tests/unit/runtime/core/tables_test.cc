// tests/unit/runtime/core/tables_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/tables.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/core/state/endings.h"
#include "runtime/core/state/held.h"
#include "runtime/core/state/names.h"

namespace lockweave::core {
namespace {

constexpr std::uintptr_t kBase = 0x10000;  // never read: the tables know addresses only
constexpr int kMany = 16000;
constexpr std::size_t kFew = 8000;  // those that have ended and not yet settled

const void* const kHere = reinterpret_cast<const void*>(0x4000);

std::size_t slots() {
  std::size_t count = 0;
  for_each_object([](void* to, Object&) { ++*static_cast<std::size_t*>(to); }, &count);
  return count;
}

std::size_t nodes() {
  std::size_t count = 0;
  for_each_acquisition([](void* to, Acquisition&) { ++*static_cast<std::size_t*>(to); }, &count);
  return count;
}

Acquisition* take(std::uintptr_t address, Acquisition* outer = nullptr) {
  bool made = false;
  return intern_acquisition({outer, address, 1, 0}, LW_MUTEX, 0, kHere, made);
}

class Tables : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(current_thread(), nullptr); }
};

TEST_F(Tables, UseAgainWhatHasEnded) {
  const std::size_t slots_before = slots();
  const std::size_t nodes_before = nodes();
  std::set<Id> ids;
  for (int i = 0; i < kMany; ++i) {
    const std::uintptr_t address = kBase + 64 * static_cast<std::uintptr_t>(i % 500);
    Acquisition* node = take(address);
    ASSERT_NE(node, nullptr);
    ASSERT_EQ(node->address.load(), address);
    ASSERT_EQ(node->object->address.load(), address);
    EXPECT_TRUE(ids.insert(node->object->id).second) << "an id came twice";
    EXPECT_EQ(take(address), node);
    end_object(*node->object);
    EXPECT_EQ(find_object(address), nullptr);
  }
  EXPECT_LE(slots() - slots_before, kFew);
  EXPECT_LE(nodes() - nodes_before, kFew);
}

TEST_F(Tables, KeepWhatIsNested) {
  Acquisition* outer = take(kBase);
  Acquisition* inner = take(kBase + 64, outer);
  Object* object = inner->object;
  const Id id = object->id;
  end_object(*object);
  for (int i = 0; i < kMany; ++i) end_object(*take(kBase + 128)->object);
  EXPECT_EQ(inner->object, object);
  EXPECT_EQ(object->id, id);
  EXPECT_EQ(inner->address.load(), 0U);
  EXPECT_EQ(outer->address.load(), kBase);
  end_object(*outer->object);
}

TEST_F(Tables, TellWhatWasHeldTogetherWithOthers) {
  Acquisition* alone = take(kBase);
  Acquisition* outer = take(kBase + 64);
  EXPECT_FALSE(is_nested(*outer));
  Acquisition* inner = take(kBase + 128, outer);
  EXPECT_FALSE(is_nested(*alone));
  EXPECT_TRUE(is_nested(*outer));
  EXPECT_TRUE(is_nested(*inner));
  for (Acquisition* node : {alone, outer, inner}) end_object(*node->object);
  EXPECT_TRUE(is_nested(*outer)) << "what has ended still orders";
}

TEST_F(Tables, KeepWhatAThreadHolds) {
  ThreadState& self = *current_thread();
  Acquisition* node = take(kBase);
  const Id id = node->object->id;
  put_held(self, node, 1);
  end_object(*node->object);
  for (int i = 0; i < kMany; ++i) end_object(*take(kBase + 128)->object);
  EXPECT_EQ(node->object->id, id);
  EXPECT_EQ(node->address.load(), 0U);
  reconcile_held(self);
  EXPECT_EQ(self.depth.load(), 0U);
}

TEST_F(Tables, LetNoThreadTakeANodeForItsSuccessor) {
  ThreadState& self = *current_thread();
  Acquisition* node = take(kBase);
  remember_acquisition(self, *node);
  end_object(*node->object);
  for (int i = 0; i < kMany; ++i) end_object(*take(kBase + 128)->object);
  EXPECT_EQ(self.lowest_stack_object.load(), 0U) << "the next hook is to take the general path";
  end_stack_objects(self, 0);
  EXPECT_EQ(known_acquisition(self, {nullptr, kBase, 1, 0}), nullptr);
}

TEST_F(Tables, TellFreedMemoryFromLocksThatHaveEnded) {
  Object* object = object_at(kBase + 4096, LW_MUTEX, 0, kHere);
  EXPECT_TRUE(may_hold_objects(kBase + 4096, 64));
  EXPECT_TRUE(may_hold_objects(kBase, 3 * 4096));
  end_object(*object);
  end_object(*object);  // by another thread at the same time
  EXPECT_FALSE(may_hold_objects(kBase + 4096, 64));
}

TEST_F(Tables, EndWhatLiesInABlockAndNothingElse) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::set<std::uintptr_t> live;
  constexpr std::uintptr_t kSpan = std::uintptr_t{1} << 20;
  for (int round = 0; round < 500; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::uintptr_t address = kBase + random() % kSpan / 8 * 8;
      ASSERT_NE(object_at(address, LW_MUTEX, 0, kHere), nullptr);
      live.insert(address);
    }
    const std::uintptr_t begin = kBase + random() % kSpan;
    const std::size_t size = round % 2 == 0 ? random() % 4096 : random() % (kSpan / 2);
    end_objects_within(begin, size, nullptr, nullptr);
    live.erase(live.lower_bound(begin), live.lower_bound(begin + size));
    for (const std::uintptr_t address : live) ASSERT_NE(find_object(address), nullptr);
    std::size_t found = 0;
    for_each_object(
        [](void* to, Object& object) {
          *static_cast<std::size_t*>(to) += object.address.load() >= kBase ? 1 : 0;
        },
        &found);
    ASSERT_EQ(found, live.size());
  }
  end_objects_within(kBase, 2 * kSpan, nullptr, nullptr);
}

// A lock's name is its first stack and its rank there: what begins at other stacks, or for a report, must not
// change it.
TEST_F(Tables, RankObjectsByTheirFirstStack) {
  constexpr std::uintptr_t kStacks = 6000;
  for (std::uint32_t rank = 0; rank < 2; ++rank) {
    for (std::uintptr_t i = 0; i < kStacks; ++i) {
      const auto* pc = reinterpret_cast<const void*>(0x900000 + i);
      Object* object = object_at(kBase + 64, LW_MUTEX, 0, pc);
      ASSERT_NE(object, nullptr);
      ASSERT_EQ(object->ordinal, rank) << "of stack " << i;
      ASSERT_NE(unlisted_object(kBase + 64, LW_MUTEX, nullptr, object->first), nullptr);
      end_object(*object);
    }
  }
}

TEST_F(Tables, EndWhatLiesAtAnyAddress) {
  for (std::uintptr_t offset = 0; offset < 64; ++offset) {
    ASSERT_NE(object_at(kBase + offset, LW_CUSTOM, 0, kHere), nullptr);
  }
  end_objects_within(kBase + 1, 62, nullptr, nullptr);
  for (std::uintptr_t offset = 1; offset < 63; ++offset) {
    EXPECT_EQ(find_object(kBase + offset), nullptr) << offset;
  }
  EXPECT_NE(find_object(kBase), nullptr);
  EXPECT_NE(find_object(kBase + 63), nullptr);
  end_objects_within(kBase, 64, nullptr, nullptr);
}

// What is told of a destroyed mutex is of it, although its memory is another object's by then.
TEST_F(Tables, TellOfADestroyedLockWhatItWas) {
  Object* object = object_at(kBase, LW_RECURSIVE_MUTEX, 0, kHere);
  ASSERT_NE(object, nullptr);
  object->name = keep_name("the one");
  InternedStack* const first = object->first;
  const Id id = object->id;
  note_ending(*object, 1, first);
  end_object(*object);
  for (int i = 0; i < kMany && object->id == id; ++i) {
    end_object(*object_at(kBase + 128, LW_SPINLOCK, 0, reinterpret_cast<const void*>(0x5000)));
  }
  ASSERT_NE(object->id, id) << "its memory was not used again";
  const Ending ending = ending_to_tell(kBase);
  ASSERT_NE(ending.object, nullptr);
  EXPECT_EQ(ending.object->kind, LW_RECURSIVE_MUTEX);
  EXPECT_STREQ(ending.object->name, "the one");
  EXPECT_EQ(ending.object->first, first);
  EXPECT_EQ(ending_to_tell(kBase).object, ending.object) << "each time the same";
}

TEST(Names, AreKeptOnceEach) {
  const char* once = keep_name("a name");
  ASSERT_NE(once, nullptr);
  const std::string again = "a name";
  EXPECT_EQ(keep_name(again.c_str()), once);
  EXPECT_NE(keep_name("another"), once);
}

TEST_F(Tables, StandThreadsThatMakeAndEndAtOnce) {
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    ThreadState* state = register_child(*current_thread(), nullptr, std::size_t{8} << 20);
    threads.emplace_back([state, t] {
      adopt(*state);
      const std::uintptr_t own = kBase + static_cast<std::uintptr_t>(t) * 64;
      for (int i = 0; i < kMany; ++i) {
        Acquisition* node = take(own);
        ASSERT_EQ(node->object->address.load(), own);
        ASSERT_EQ(find_object(own), node->object);
        end_objects_within(own, 64, nullptr, nullptr);
        ASSERT_EQ(find_object(own), nullptr);
        if (i % 64 == 0) end_objects_within(std::uintptr_t{1} << 40, 1 << 26, nullptr, nullptr);
      }
      finish_thread(*state);
    });
    child_created(*state);
  }
  for (std::thread& thread : threads) {
    ThreadState* joined = claim_to_join(thread.native_handle(), true);
    thread.join();
    if (joined != nullptr) release_joined(*joined);
  }
}

}  // namespace
}  // namespace lockweave::core
