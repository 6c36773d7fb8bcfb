// tests/e2e/loader/load_last.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two libraries' ends meet: a destructor that dlclose runs, under the loader's lock, waits for the
// registry's lock; who has that loads a library.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex registry;
static Sleeper destructor;

extern "C" void when_loaded() {}
extern "C" void when_unloaded() {
  destructor.is_me();
  const std::lock_guard hold(registry);  // expect-either: deadlock
}

int main() {
  void* const plugin = load_plugin();
  std::thread unloads([plugin] {
    await_step(1);
    dlclose(plugin);
  });
  std::thread loads([] {
    const std::lock_guard hold(registry);
    next_step();
    destructor.await();
    dlopen("libm.so.6", RTLD_NOW);  // expect-either: deadlock
  });
  unloads.join();
  loads.join();
}
