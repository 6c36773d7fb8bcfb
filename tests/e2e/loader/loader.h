// tests/e2e/loader/loader.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A plug-in that calls its host while it is loaded and unloaded, and what the hosts have in common.
#pragma once

#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <string>

extern "C" void when_loaded();
extern "C" void when_unloaded();

// By the run path of the caller.
inline void* load_plugin() {
  void* plugin = dlopen("loader_plugin.so", RTLD_NOW);
  if (plugin == nullptr) {
    puts(dlerror());
    exit(2);
  }
  return plugin;
}

// Its destructor is registered with the loader when a thread uses it first.
struct Scratch {
  std::string text;
  ~Scratch() { text.clear(); }
};
inline Scratch& own_scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

// Tells who a thread is, so that others can wait until it sleeps.
class Sleeper {
 public:
  void is_me() { tid_.store(gettid()); }
  // Twenty looks in a row: it may have to wait for others on its way.
  void await() const {
    while (tid_.load() == 0) sched_yield();
    for (int in_a_row = 0; in_a_row < 20; sched_yield()) in_a_row = sleeps() ? in_a_row + 1 : 0;
  }

 private:
  bool sleeps() const {
    const std::string path = "/proc/self/task/" + std::to_string(tid_.load()) + "/stat";
    FILE* file = fopen(path.c_str(), "re");
    char state = 0;
    if (file == nullptr || fscanf(file, "%*d (%*[^)]) %c", &state) != 1) abort();
    fclose(file);
    return state == 'S';
  }

  std::atomic<int> tid_{0};
};
