// tests/peers/hanging/static_and_mutex.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A static is initialised under a mutex in one thread, its initialisation takes the mutex in another.
// hangs: deadlock
#include <pthread.h>

#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
pthread_barrier_t gate;

int initial() {
  pthread_barrier_wait(&gate);
  std::lock_guard guard(mutex);
  return 1;
}

int value() {
  static int once = initial();
  return once;
}

}  // namespace

int main() {
  pthread_barrier_init(&gate, nullptr, 2);
  std::thread thread([] { value(); });
  std::lock_guard guard(mutex);
  pthread_barrier_wait(&gate);
  return value();
}
