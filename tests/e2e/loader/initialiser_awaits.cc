// tests/e2e/loader/initialiser_awaits.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An initialiser waits until its thread says that it is ready. The thread needs the loader's lock before.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "loader.h"

static std::mutex guard;
static std::condition_variable changed;
static bool ready = false;

extern "C" void when_loaded() {
  std::thread helper([] {
    own_scratch().text = "first";
    const std::lock_guard hold(guard);
    ready = true;
    changed.notify_one();
  });
  helper.detach();
  std::unique_lock hold(guard);
  changed.wait(hold, [] { return ready; });  // expect-either: deadlock
}
extern "C" void when_unloaded() {}

int main() { load_plugin(); }
