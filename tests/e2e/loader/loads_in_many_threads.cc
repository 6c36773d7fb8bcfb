// tests/e2e/loader/loads_in_many_threads.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// expect-none
// Many threads load, look up and unload, each under one recursive lock, which the initialiser takes again;
// it starts a thread, and does not wait for it. Others use thread_local variables under locks of their own.
#include <mutex>
#include <thread>
#include <vector>

#include "loader.h"

static std::recursive_mutex plugins;
static std::mutex text;

static void use_scratch() {
  const std::lock_guard hold(text);
  own_scratch().text = "first";
}

extern "C" void when_loaded() {
  const std::lock_guard hold(plugins);
  std::thread(use_scratch).detach();
}
extern "C" void when_unloaded() { const std::lock_guard hold(plugins); }

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 20; ++round) {
        const std::lock_guard hold(plugins);
        void* const plugin = load_plugin();
        dlsym(plugin, "when_loaded");
        dlclose(plugin);
      }
    });
    threads.emplace_back([] {
      for (int round = 0; round < 20; ++round) std::thread(use_scratch).join();
    });
  }
  for (std::thread& thread : threads) thread.join();
}
