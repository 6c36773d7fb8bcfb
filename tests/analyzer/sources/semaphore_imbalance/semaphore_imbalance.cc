// tests/analyzer/sources/semaphore_imbalance/semaphore_imbalance.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <semaphore>
#include <thread>

std::counting_semaphore<3> seats{3};
std::binary_semaphore ready{0};
std::binary_semaphore one_at_a_time{1};
std::counting_semaphore<4> in_turn{2};
int value = 0;

int work(bool nothing_to_do) {
  seats.acquire();
  if (nothing_to_do) {
    return -1;  // expect: semaphore-imbalance
  }
  seats.release();
  return 0;
}
// A signal: the one acquires, the other releases.
void wait_for_it() {
  ready.acquire();
  ++value;
}
void say_it() { ready.release(); }

void release_twice() {
  one_at_a_time.acquire();
  one_at_a_time.release();
  one_at_a_time.release();  // expect: semaphore-imbalance
}
void release_more_than_there_were() {
  in_turn.release();
  in_turn.release();
}

int main() {
  release_more_than_there_were();
  release_twice();
  std::thread one(wait_for_it);
  say_it();
  one.join();
  return work(false);
}
