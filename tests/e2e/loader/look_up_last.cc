// tests/e2e/loader/look_up_last.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An initialiser waits for the registry's lock, under the loader's. Who has the registry then looks up a
// symbol, for which the loader's lock is taken.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex registry;
static Sleeper initialiser;

extern "C" void when_loaded() {
  initialiser.is_me();
  const std::lock_guard hold(registry);  // expect: deadlock
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
    dlsym(RTLD_DEFAULT, "when_loaded");
  });
  loads.join();
  reads.join();
}
