// benchmarks/access_bench.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One access to a shared variable, as benchmarks/access measures it: the best of some rounds, in
// nanoseconds. VARIABLE chooses what is accessed.
//   access_bench read|write|locked_update
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

#if defined(WITH_SHARED)
#include "lockweave/shared.h"
using Variable = lockweave::shared<long>;
#elif defined(WITH_ATOMIC)
#include <atomic>
using Variable = std::atomic<long>;
#else
using Variable = long;
#endif

namespace {

Variable variable{0};
std::mutex lock;
volatile long sink;

__attribute__((noinline)) void read_once() { sink = variable; }
__attribute__((noinline)) void write_once() { variable = 1; }
__attribute__((noinline)) void locked_update() {
  const std::lock_guard guard(lock);
  const long before = variable;
  variable = before + 1;
}

double best_of_rounds(void (*access)()) {
  constexpr int kRounds = 7;
  constexpr int kAccesses = 200000;
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kAccesses; ++i) access();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count() / kAccesses);
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  std::thread([] {}).join();  // from now on the program has had threads
  const char* what = count > 1 ? arguments[1] : "read";
  const bool writes = std::strcmp(what, "write") == 0;
  const bool updates = std::strcmp(what, "locked_update") == 0;
  std::printf("%.2f\n", best_of_rounds(updates ? locked_update : writes ? write_once : read_once));
}
