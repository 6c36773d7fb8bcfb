// tests/analyzer/sources/volatile_as_sync/volatile_as_sync.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <atomic>
#include <thread>

volatile bool stop = false;
std::atomic<bool> stop_well{false};

void spin() {
  while (!stop) {  // expect: volatile-as-sync
  }
}
void spin_well() {
  while (!stop_well) {
  }
}

int main() {
  std::thread one(spin);
  std::thread two(spin_well);
  stop = true;
  stop_well = true;
  one.join();
  two.join();
}
