// tests/e2e/loader/one_at_a_time.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Initialisers run one at a time, under the loader's lock: in which order they take other locks does not
// matter then.
#include <mutex>
#include <thread>

#include "../programs/steps.h"
#include "loader.h"

static std::mutex shapes;
static std::mutex colours;
static bool colours_first = false;

static void take(std::mutex& first, std::mutex& second) {
  const std::lock_guard outer(first);
  const std::lock_guard inner(second);
}

extern "C" void when_loaded() {
  if (colours_first) {
    take(colours, shapes);
  } else {
    take(shapes, colours);
  }
  colours_first = !colours_first;
}
extern "C" void when_unloaded() {}

int main() {
  std::thread one([] {
    dlclose(load_plugin());
    next_step();
  });
  std::thread other([] {
    await_step(1);
    dlclose(load_plugin());
  });
  one.join();
  other.join();
}
