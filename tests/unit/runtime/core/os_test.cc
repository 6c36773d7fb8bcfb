// tests/unit/runtime/core/os_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/os.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

namespace lockweave::os {
namespace {

TEST(Os, CallsReturnTheKernelsErrorWithoutErrno) {
  errno = 0;
  EXPECT_EQ(call(SYS_close, -1), -EBADF);
  EXPECT_EQ(errno, 0);
}

TEST(Os, MakesTheFoldersThatAreMissing) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(testing::TempDir()) / ("os_folders." + std::to_string(getpid()));
  for (const char* path : {"one/two/three", "one/two/four/", "one//five", "one/two"}) {
    EXPECT_EQ(make_folders((root / path).c_str()), 0) << path;
    EXPECT_TRUE(fs::is_directory(root / path)) << path;
  }
  std::ofstream(root / "file") << "";
  EXPECT_EQ(make_folders((root / "file/below").c_str()), -ENOTDIR);
  EXPECT_EQ(make_folders(std::string(5000, 'x').c_str()), -ENAMETOOLONG);
  fs::remove_all(root);
}

TEST(Os, TellsForWhichFutexATaskSleeps) {
  std::atomic<int> word{0};
  std::atomic<int> tid{0};
  std::atomic<std::uintptr_t> frame{0};
  std::thread sleeper([&] {
    frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    tid = thread_id();
    while (word == 0) futex_wait(&word, 0);
  });
  while (tid == 0) std::this_thread::yield();
  FutexSleep sleep;
  do {
    sleep = futex_sleep_of(tid);
  } while (sleep.word == 0);
  EXPECT_EQ(sleep.word, reinterpret_cast<std::uintptr_t>(&word));
  EXPECT_LT(sleep.stack_pointer, frame);
  EXPECT_NE(sleep.pc, 0U);
  EXPECT_EQ(futex_sleep_of(thread_id()).word, 0U) << "it runs";
  word = 1;
  futex_wake(&word, 1);
  sleeper.join();
  EXPECT_EQ(futex_sleep_of(1 << 30).word, 0U) << "there is no such task";
}

TEST(Os, TellsPrivateFromSharedMemory) {
  int local = 0;
  EXPECT_TRUE(is_private_memory(reinterpret_cast<std::uintptr_t>(&local)));
  void* shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  EXPECT_FALSE(is_private_memory(reinterpret_cast<std::uintptr_t>(shared)));
  munmap(shared, 4096);
  EXPECT_FALSE(is_private_memory(16)) << "what is not mapped is nobody's";
}

TEST(Os, SharedMemoryIsOnePlaceWhereverItIsMapped) {
  const int file = memfd_create("shared", 0);
  ASSERT_EQ(ftruncate(file, 8192), 0);
  const auto map = [file](int sharing, off_t offset) {
    return mmap(nullptr, 4096, PROT_READ | PROT_WRITE, sharing, file, offset);
  };
  void* one = map(MAP_SHARED, 0);
  void* two = map(MAP_SHARED, 0);
  void* next = map(MAP_SHARED, 4096);
  void* copy = map(MAP_PRIVATE, 0);
  const auto place = [](void* begin, std::uintptr_t more) {
    return shared_place(reinterpret_cast<std::uintptr_t>(begin) + more);
  };
  EXPECT_NE(place(one, 64).inode, 0u);
  EXPECT_EQ(place(one, 64).inode, place(two, 64).inode);
  EXPECT_EQ(place(one, 64).device, place(two, 64).device);
  EXPECT_EQ(place(one, 64).offset, 64u);
  EXPECT_EQ(place(two, 64).offset, 64u);
  EXPECT_EQ(place(next, 64).offset, 4160u);
  EXPECT_EQ(place(copy, 64).inode, 0u);
  for (void* mapping : {one, two, next, copy}) munmap(mapping, 4096);
  close(file);
}

TEST(Os, SharedMemoryWithoutAFileHasAPlace) {
  void* shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void* other = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const FilePlace place = shared_place(reinterpret_cast<std::uintptr_t>(shared) + 8);
  EXPECT_NE(place.inode, 0u);
  EXPECT_EQ(place.offset, 8u);
  EXPECT_NE(place.inode, shared_place(reinterpret_cast<std::uintptr_t>(other)).inode);
  munmap(shared, 4096);
  munmap(other, 4096);
}

TEST(Os, SeesEveryTaskAndItsState) {
  std::atomic<int> other{0};
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    other = thread_id();
    stop.wait(false);
  });
  while (other == 0) std::this_thread::yield();
  std::set<int> seen;
  ASSERT_TRUE(for_each_task(
      [](void* context, int tid, char) { static_cast<std::set<int>*>(context)->insert(tid); },
      &seen));
  EXPECT_TRUE(seen.contains(thread_id()));
  EXPECT_TRUE(seen.contains(other));
  EXPECT_EQ(task_state(thread_id()), 'R');
  while (task_state(other) != 'S') std::this_thread::yield();
  stop = true;
  stop.notify_all();
  thread.join();
  EXPECT_EQ(task_state(999999999), 0);
}

TEST(Os, ReadsSmallFilesAndSaysWhyNot) {
  char buffer[64];
  EXPECT_GT(read_file("/proc/self/comm", buffer, sizeof buffer), 0);
  EXPECT_EQ(read_file("/nonexistent", buffer, sizeof buffer), -ENOENT);
  EXPECT_STREQ(buffer, "");
}

}  // namespace
}  // namespace lockweave::os
