// tests/e2e/loader/thread_local_last.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An initialiser waits for the registry's lock, under the loader's. Who has the registry then uses a
// thread_local variable for the first time, whose destructor is registered with the loader.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex registry;
static Sleeper initialiser;

extern "C" void when_loaded() {
  initialiser.is_me();
  const std::lock_guard hold(registry);  // expect-either: deadlock
}
extern "C" void when_unloaded() {}

int main() {
  std::thread loads([] {
    await_step(1);
    load_plugin();
  });
  std::thread reads([] {
    const std::lock_guard hold(registry);
    next_step();
    initialiser.await();
    own_scratch().text = "first";
  });
  loads.join();
  reads.join();
}
