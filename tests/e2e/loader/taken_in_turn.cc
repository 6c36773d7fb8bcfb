// tests/e2e/loader/taken_in_turn.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The initialiser takes the registry's lock under the loader's, another thread the loader's under the
// registry's: by luck not at once.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex registry;

extern "C" void when_loaded() {
  const std::lock_guard hold(registry);  // expect-either: lock-order-cycle
}
extern "C" void when_unloaded() {}

int main() {
  std::thread loads([] {
    load_plugin();
    next_step();
  });
  std::thread reads([] {
    await_step(1);
    const std::lock_guard hold(registry);
    dlopen("libm.so.6", RTLD_NOW);  // expect-either: lock-order-cycle
  });
  loads.join();
  reads.join();
}
