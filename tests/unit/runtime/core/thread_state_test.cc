// tests/unit/runtime/core/thread_state_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/thread_state.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "runtime/core/state/thread_stacks.h"

namespace lockweave::core {
namespace {

constexpr std::size_t kStack = std::size_t{8} << 20;
constexpr int kMany = 1000;
constexpr std::size_t kFew = 400;  // the newest that ended are kept, 256 of them

std::size_t states() {
  std::size_t count = 0;
  for (const ThreadState* state = newest_state(); state != nullptr; state = state->next) ++count;
  return count;
}

// A thread as the front-end makes one. `body` runs between its beginning and its end.
template <class Body>
std::thread start(Body body) {
  ThreadState* child = register_child(*current_thread(), __builtin_return_address(0), kStack);
  std::thread thread([child, body] {
    adopt(*child);
    body();
    finish_thread(*child);
  });
  child_created(*child);
  return thread;
}

ThreadState* join(std::thread thread) {
  ThreadState* joined = claim_to_join(thread.native_handle(), true);
  thread.join();
  if (joined != nullptr) release_joined(*joined);
  return joined;
}

class ThreadStates : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(current_thread(), nullptr); }
};

TEST_F(ThreadStates, AreUsedAgainOnceJoined) {
  std::set<Id> ids;
  for (int i = 0; i < kMany; ++i) {
    Id id = 0;
    ASSERT_NE(join(start([&id] { id = current_thread()->id; })), nullptr);
    EXPECT_TRUE(ids.insert(id).second) << "an id came twice";
  }
  EXPECT_LE(states(), kFew);
  EXPECT_EQ(live_threads(), 1U);
}

TEST_F(ThreadStates, AreUsedAgainOnceDetachedAndFinished) {
  for (int i = 0; i < kMany; ++i) {
    std::thread thread = start([] {});
    detach_thread(thread.native_handle());
    thread.join();  // detached for the tables only
  }
  EXPECT_LE(states(), kFew);
}

TEST_F(ThreadStates, AreKeptUntilSomebodyJoins) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 300; ++i) threads.push_back(start([] {}));
  for (int i = 0; i < kMany; ++i) join(start([] {}));
  std::set<ThreadState*> joined;
  for (std::thread& thread : threads) joined.insert(join(std::move(thread)));
  EXPECT_EQ(joined.size(), 300U);
  EXPECT_EQ(joined.count(nullptr), 0U);
}

TEST_F(ThreadStates, ArePinnedForReports) {
  ThreadState* pinned = nullptr;
  Id id = 0;
  join(start([&] {
    pinned = current_thread();
    id = pinned->id;
    pin_thread(*pinned);
  }));
  for (int i = 0; i < kMany; ++i) join(start([] {}));
  EXPECT_EQ(pinned->id, id);
  EXPECT_EQ(thread_by_id(id), pinned);
  unpin_thread(*pinned);
  for (int i = 0; i < kMany; ++i) join(start([] {}));
  EXPECT_EQ(thread_by_id(id), nullptr);
}

// Each thread makes the next one, is detached and ends.
void make_row(int left, Origin& last) {
  if (left == 0) {
    last = current_thread()->origin.load();
    return;
  }
  std::thread next = start([left, &last] { make_row(left - 1, last); });
  detach_thread(next.native_handle());
  next.join();
}

TEST_F(ThreadStates, OfARowOfThreadsFewAreKept) {
  const std::size_t before = states();
  ThreadState* next = nullptr;
  Id id = current_thread()->id;
  for (int i = 0; i < kMany; ++i) {  // the child of a child of ..., all but the last ended
    ThreadState* maker = i == 0 ? current_thread() : next;
    ThreadState* child = register_child(*maker, nullptr, kStack);
    std::thread([child] { adopt(*child); }).join();
    child_created(*child);
    if (i > 0) {
      detach_thread(*maker);
      std::thread([maker] { finish_thread(*maker); }).join();
    }
    next = child;
  }
  EXPECT_LE(states(), before + kFew);
  detach_thread(*next);
  std::thread([next] { finish_thread(*next); }).join();
  EXPECT_EQ(next->origin.load().parent, id) << "past all that have ended";
  Origin last;
  make_row(3, last);
  EXPECT_NE(last.parent, 0U);
}

TEST_F(ThreadStates, OfObservedThreadsLeaveAFact) {
  Id observed = 0;
  join(start([&] {
    observed = current_thread()->id;
    mark_observed(*current_thread());
  }));
  for (int i = 0; i < kMany; ++i) join(start([] {}));
  EXPECT_EQ(thread_by_id(observed), nullptr);
  std::map<Id, Origin> facts;
  for_each_observed(
      [](void* to, const ThreadFact& fact) {
        static_cast<std::map<Id, Origin>*>(to)->emplace(fact.id, fact.origin);
      },
      &facts);
  ASSERT_EQ(facts.count(observed), 1U);
  EXPECT_EQ(facts[observed].parent, current_thread()->id);
  EXPECT_EQ(facts.count(current_thread()->id), 1U) << "and so is its ancestor";
  EXPECT_LE(facts.size(), 3U);
}

TEST_F(ThreadStates, AJoinIsOfTheThreadThatNobodyElseJoins) {
  std::thread former = start([] {});
  const pthread_t handle = former.native_handle();
  ThreadState* first = claim_to_join(handle, true);
  ASSERT_NE(first, nullptr);
  former.join();
  // The handle is another's now, which has not told it yet: nobody is found, not the former one.
  EXPECT_EQ(claim_to_join(handle, false), nullptr);
  release_not_joined(*first);
  EXPECT_EQ(claim_to_join(handle, false), first);
  release_joined(*first);
  release_joined(*first);  // as harmless as a second join is
  EXPECT_EQ(thread_by_handle(handle), nullptr);
}

TEST_F(ThreadStates, AreFoundByKernelIdAndStack) {
  int tid = 0;
  ThreadState* own = nullptr;
  std::thread thread = start([&] {
    own = current_thread();
    tid = own->tid.load();
    EXPECT_EQ(thread_by_tid(tid), own);
    EXPECT_EQ(thread_by_stack(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))), own);
  });
  join(std::move(thread));
  EXPECT_EQ(thread_by_tid(tid), nullptr);
  EXPECT_TRUE(has_finished(tid));
  EXPECT_EQ(thread_by_stack(own->stack_high - 64), nullptr);
}

// Nobody saw it end, so nothing on its stack has ended either, until its state is another thread's.
TEST_F(ThreadStates, TakeNoObjectsAlongIntoTheirNextLife) {
  std::uintptr_t address = 0;
  ThreadState* child = register_child(*current_thread(), __builtin_return_address(0), kStack);
  const Id id = child->id;
  std::thread unseen([&] {
    adopt(*child);
    address = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    ASSERT_NE(object_at(address, LW_MUTEX, 0, __builtin_return_address(0)), nullptr);
  });
  child_created(*child);
  join(std::move(unseen));
  ASSERT_NE(find_object(address), nullptr);
  for (int i = 0; i < kMany && child->id == id; ++i) join(start([] {}));
  ASSERT_NE(child->id, id);
  EXPECT_EQ(find_object(address), nullptr);
  EXPECT_EQ(child->stack_objects, nullptr);
}

TEST_F(ThreadStates, AreUsedAgainAlsoIfManyAreDetachedBeforeTheyBegin) {
  constexpr int kAtOnce = 200;
  for (int round = 0; round < kMany / kAtOnce; ++round) {
    std::atomic<bool> go{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < kAtOnce; ++i) {
      ThreadState* child = register_child(*current_thread(), __builtin_return_address(0), kStack);
      threads.emplace_back([child, &go] {
        go.wait(false);
        adopt(*child);
        finish_thread(*child);
      });
      child_created(*child);
      detach_thread(threads.back().native_handle());
    }
    go = true;
    go.notify_all();
    for (std::thread& thread : threads) thread.join();  // detached for the tables only
  }
  EXPECT_LE(states(), kFew + kAtOnce);
}

TEST(ThreadStacks, AgreeWithAListOfAllOfThem) {
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", static_cast<int>(seed));
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  constexpr std::uintptr_t kStep = 1000;
  std::vector<ThreadState> all(200);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].stack_low = (i + 1) * kStep;
    all[i].stack_high = all[i].stack_low + kStep - 100;
  }
  std::set<ThreadState*> listed;
  ThreadStacks stacks;
  for (int i = 0; i < 20000; ++i) {
    ThreadState& state = all[random() % all.size()];
    if (listed.insert(&state).second) {
      stacks.insert(state);
    } else {
      listed.erase(&state);
      stacks.remove(state);
      stacks.remove(state);
    }
    const std::uintptr_t address = random() % ((all.size() + 2) * kStep);
    ThreadState* expected = nullptr;
    for (ThreadState* each : listed) {
      if (address >= each->stack_low && address < each->stack_high) expected = each;
    }
    ASSERT_EQ(stacks.find(address), expected);
  }
}

}  // namespace
}  // namespace lockweave::core
