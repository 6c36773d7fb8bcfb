// tests/e2e/loader/initialiser_joins.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An initialiser starts a thread and waits for its end. The thread uses a thread_local variable for the
// first time, for which it needs the loader's lock.
#include <thread>

#include "loader.h"

extern "C" void when_loaded() {
  std::thread helper([] { own_scratch().text = "first"; });
  helper.join();  // expect-either: deadlock
}
extern "C" void when_unloaded() {}

int main() { load_plugin(); }
