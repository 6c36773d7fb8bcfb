// tests/unit/analyzer/driver/pool_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

namespace lockweave::analyzer::driver {
namespace {

using namespace std::chrono_literals;

PoolSettings settings(unsigned workers) {
  PoolSettings settings;
  settings.workers = workers;
  return settings;
}

// All others are done, and in their places.
void expect_only_lost(const std::vector<Done>& done, std::size_t lost, const std::string& why) {
  for (std::size_t i = 0; i < done.size(); ++i) {
    EXPECT_EQ(done[i].failure, i == lost ? why : "") << i;
    EXPECT_EQ(done[i].result, i == lost ? "" : std::to_string(i)) << i;
  }
}

TEST(Pool, ResultsComeInTheirPlaces) {
  for (const unsigned workers : {1u, 3u, 50u}) {
    const auto done = work_off(
        20, [](std::size_t i) { return std::to_string(i); }, settings(workers));
    expect_only_lost(done, 20, "");
  }
  EXPECT_TRUE(work_off(
                  0, [](std::size_t) { return std::string(); }, settings(2))
                  .empty());
}

TEST(Pool, LargeResultsArriveWhole) {
  const auto done = work_off(
      4, [](std::size_t i) { return std::string(3'000'000 + i, 'x'); }, settings(2));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(done[i].result.size(), 3'000'000 + i);
}

TEST(Pool, ACrashLosesThatPieceOnly) {
  const auto work = [](std::size_t i) {
    if (i == 3) {
      ::signal(SIGSEGV, SIG_DFL);
      ::raise(SIGSEGV);
    }
    return std::to_string(i);
  };
  expect_only_lost(work_off(8, work, settings(2)), 3, "crashed (SIGSEGV)");
  expect_only_lost(work_off(8, work, settings(1)), 3, "crashed (SIGSEGV)");
}

TEST(Pool, AHangLosesThatPieceOnly) {
  PoolSettings short_of_time = settings(2);
  short_of_time.limit = 3s;
  const auto work = [](std::size_t i) {
    while (i == 1) ::pause();
    return std::to_string(i);
  };
  expect_only_lost(work_off(6, work, short_of_time), 1, "no end within 3 s");
}

TEST(Pool, AnExceptionIsAFailureWithItsWords) {
  const auto work = [](std::size_t i) {
    if (i == 0) throw std::runtime_error("no reason");
    return std::to_string(i);
  };
  expect_only_lost(work_off(3, work, settings(1)), 0, "failed: no reason");
}

TEST(Pool, AnEarlyExitIsNoticed) {
  const auto work = [](std::size_t i) {
    if (i == 2) ::_exit(0);
    return std::to_string(i);
  };
  expect_only_lost(work_off(4, work, settings(2)), 2, "ended too early");
}

#ifndef LOCKWEAVE_SANITIZED
TEST(Pool, TooMuchMemoryLosesThatPieceOnly) {
  PoolSettings small = settings(2);
  small.memory_max = std::uint64_t{1} << 30;
  const auto work = [](std::size_t i) {
    if (i == 1) return std::string(std::size_t{2} << 30, 'x');
    return std::to_string(i);
  };
  expect_only_lost(work_off(4, work, small), 1, "out of memory");
}
#endif

TEST(Pool, ProgressCountsToTheEnd) {
  PoolSettings watched = settings(2);
  std::size_t last = 0;
  watched.on_progress = [&last](std::size_t done, std::size_t total) {
    EXPECT_GE(done, last);
    EXPECT_EQ(total, 5u);
    last = done;
  };
  work_off(
      5, [](std::size_t) { return std::string(); }, watched);
  EXPECT_EQ(last, 5u);
}

TEST(Pool, ThereIsAlwaysOneWorker) { EXPECT_GE(default_workers(), 1u); }

}  // namespace
}  // namespace lockweave::analyzer::driver
