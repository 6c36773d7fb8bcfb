// tests/e2e/programs/semaphore_signal.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// A semaphore as a signal: one thread waits, another posts. Nobody owns it, and that is its use.
#include "primitives.h"

namespace {
lib::counting_semaphore<1000> ping(0);
lib::counting_semaphore<1000> pong(0);

void serve() {
  for (int i = 0; i < 200; ++i) {
    ping.acquire();
    pong.release();
  }
}

void play() {
  for (int i = 0; i < 200; ++i) {
    ping.release();
    pong.acquire();
  }
}
}  // namespace

int main() {
  lib::thread server(serve);
  lib::thread player(play);
  server.join();
  player.join();
}
