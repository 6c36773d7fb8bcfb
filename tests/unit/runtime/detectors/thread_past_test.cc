// tests/unit/runtime/detectors/thread_past_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/detectors/thread_past.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace lockweave::core {

ThreadState* thread_by_id(Id) { return nullptr; }

}  // namespace lockweave::core

namespace lockweave::detectors {
namespace {

struct Taken {
  core::Object object;
  core::Acquisition node;
};

std::vector<Taken> locks(model::Id count) {
  std::vector<Taken> made(count);
  for (model::Id i = 0; i < count; ++i) {
    made[i].object.id = i + 1;
    made[i].object.address = 16 * (i + 1);
    made[i].node.object = &made[i].object;
  }
  return made;
}

TEST(ThreadPast, KnowsWhatItTookHoweverMuch) {
  auto taken = locks(500);
  core::ThreadState thread;
  thread.id = 1;
  for (Taken& lock : taken) note_taken(thread, lock.node);
  for (Taken& lock : taken) EXPECT_EQ(taken_without(thread, lock.object, 0), &lock.node);
  thread.id = 2;
  EXPECT_EQ(taken_without(thread, taken[0].object, 0), nullptr) << "another thread's state by now";
}

TEST(ThreadPast, MayBeAskedWhileItGrowsAndGoesToAnother) {
  auto taken = locks(64);
  core::ThreadState thread;
  thread.id = 1;
  std::atomic<bool> done{false};
  std::uint64_t wrong = 0;
  std::thread asks([&] {
    while (!done) {
      for (Taken& lock : taken) {
        const core::Acquisition* found = taken_without(thread, lock.object, 0);
        wrong += found != nullptr && found != &lock.node ? 1 : 0;
      }
    }
  });
  for (model::Id life = 1; life <= 3000; ++life) {
    thread.id = life;
    for (Taken& lock : taken) note_taken(thread, lock.node);
  }
  done = true;
  asks.join();
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace lockweave::detectors
