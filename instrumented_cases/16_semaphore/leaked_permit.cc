// instrumented_cases/16_semaphore/leaked_permit.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// Ten workers, three seats. One worker finds nothing to do and leaves by the short way: with its
// permit. Two seats are left for the others, so nothing hangs; the third one is gone for good.
#include <vector>

#include "instrumented_cases/support/lib.h"

namespace {
constexpr int kSeats = 3;
lib::counting_semaphore<kSeats> seats{kSeats};
lib::atomic<int> served{0};

void work(bool anything_to_do) {
  seats.acquire();              // expect-run: semaphore-imbalance
  if (!anything_to_do) return;  // expect-code: semaphore-imbalance
  ++served;
  seats.release();
}
}  // namespace

int main() {
  std::vector<lib::thread> workers;
  for (int i = 0; i < 10; ++i) workers.emplace_back(work, i != 4);
  for (lib::thread& worker : workers) worker.join();
  return served == 9 ? 0 : 1;
}
