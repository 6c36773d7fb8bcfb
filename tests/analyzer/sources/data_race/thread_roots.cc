// tests/analyzer/sources/data_race/thread_roots.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ways to begin a thread: each variable is written by one and by main.
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>

int by_task, by_pointer, by_stored, by_moved, in_order;

void task() { ++by_task; }
void pointed() { ++by_pointer; }
void stored() { ++by_stored; }
void ordered() { ++in_order; }

int main() {
  std::packaged_task<void()> packaged(task);
  auto done = packaged.get_future();
  std::thread runner(std::move(packaged));
  ++by_task;  // expect: data-race
  runner.join();

  auto owned = std::make_unique<std::thread>(pointed);
  ++by_pointer;  // expect: data-race
  owned->join();

  std::function<void()> function = stored;
  std::thread of_function(function);
  ++by_stored;  // expect: data-race
  of_function.join();

  auto after = std::make_unique<std::thread>(ordered);
  after->join();
  ++in_order;
}
