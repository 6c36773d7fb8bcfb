// tests/analyzer/sources/data_race/captured.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <thread>

int main() {
  int sum = 0;
  int apart = 0;
  std::thread helper([&] {
    ++sum;
    ++apart;
  });
  ++sum;  // expect: data-race
  helper.join();
  ++apart;
  return sum + apart;
}
