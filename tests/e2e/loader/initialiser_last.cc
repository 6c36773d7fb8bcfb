// tests/e2e/loader/initialiser_last.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An initialiser wants the registry's lock, under the loader's. Who has the registry looks up a symbol, for
// which the loader's lock is taken, and sleeps already.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex registry;
static Sleeper reader;

extern "C" void when_loaded() {
  next_step();
  reader.await();
  const std::lock_guard hold(registry);  // expect: deadlock
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
