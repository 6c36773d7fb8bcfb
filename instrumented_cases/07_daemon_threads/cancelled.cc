// instrumented_cases/07_daemon_threads/cancelled.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// forms: lockweave
// A daemon is cancelled while it waits for work, and says so on its way out. Whoever looks in between finds
// all threads asleep, and none of them stuck.
// expect-none
#include <pthread.h>

#include "lockweave/queue.h"

namespace {
lockweave::queue<int> work;
lockweave::queue<int> farewells;

struct Farewell {
  ~Farewell() { farewells.put(0); }
};

void* serve(void* unused) {
  const Farewell farewell;
  work.get();
  return unused;
}
}  // namespace

int main() {
  for (int round = 0; round < 200; ++round) {
    pthread_t daemon;
    if (pthread_create(&daemon, nullptr, serve, nullptr) != 0) return 1;
    pthread_cancel(daemon);
    farewells.get();
    pthread_join(daemon, nullptr);
  }
}
