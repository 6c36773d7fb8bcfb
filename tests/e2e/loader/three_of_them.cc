// tests/e2e/loader/three_of_them.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The initialiser waits for a thread's end, that thread for a lock, and who has the lock for the loader:
// the thread in the middle sleeps last, and has nothing to do with the loader.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex registry;
static Sleeper initialiser;
static Sleeper reader;

extern "C" void when_loaded() {
  std::thread middle([] {
    initialiser.await();
    reader.await();
    const std::lock_guard hold(registry);  // expect-either: deadlock
  });
  initialiser.is_me();
  next_step();
  middle.join();  // expect-either: deadlock
}
extern "C" void when_unloaded() {}

int main() {
  std::thread loads([] { load_plugin(); });
  std::thread reads([] {
    await_step(1);
    const std::lock_guard hold(registry);
    reader.is_me();
    dlsym(RTLD_DEFAULT, "when_loaded");
  });
  loads.join();
  reads.join();
}
