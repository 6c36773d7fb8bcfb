// instrumented_cases/16_semaphore/three_permits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Ten workers, three seats. The semaphore lets three in; who leaves lets the next one in.
#include <atomic>
#include <vector>

#include "instrumented_cases/support/lib.h"

namespace {
constexpr int kSeats = 3;
lib::counting_semaphore<kSeats> seats{kSeats};
std::atomic<int> seated{0};
std::atomic<bool> crowded{false};

void work() {
  seats.acquire();
  if (++seated > kSeats) crowded = true;
  --seated;
  seats.release();
}
}  // namespace

int main() {
  std::vector<lib::thread> workers;
  for (int i = 0; i < 10; ++i) workers.emplace_back(work);
  for (lib::thread& worker : workers) worker.join();
  return crowded ? 1 : 0;
}
