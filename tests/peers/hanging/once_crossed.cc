// tests/peers/hanging/once_crossed.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two initialisations that need each other, from two threads.
// hangs: deadlock
#include <pthread.h>

#include <mutex>
#include <thread>

namespace {

std::once_flag first;
std::once_flag second;
pthread_barrier_t gate;

void initialise_first() {
  pthread_barrier_wait(&gate);
  std::call_once(second, [] {});
}
void initialise_second() {
  pthread_barrier_wait(&gate);
  std::call_once(first, [] {});
}

}  // namespace

int main() {
  pthread_barrier_init(&gate, nullptr, 2);
  std::thread thread([] { std::call_once(second, initialise_second); });
  std::call_once(first, initialise_first);
  thread.join();
  return 0;
}
