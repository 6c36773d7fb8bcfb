// tests/analyzer/sources/ignored/ignored.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

std::mutex mutex;
int value = 0;

void known() {
  // lockweave: ignore(unnamed-guard) kept for the test
  std::lock_guard<std::mutex>{mutex};
  ++value;
}
void known_beside() {
  std::lock_guard<std::mutex>{mutex};  // lockweave: ignore(unnamed-guard) kept for the test
}

int main() {
  known();
  known_beside();
}
