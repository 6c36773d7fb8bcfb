// tests/analyzer/sources/unnamed_guard/unnamed_guard.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <mutex>

std::mutex mutex;
int value = 0;

void temporary() {
  std::lock_guard<std::mutex>{mutex};  // expect: unnamed-guard
  ++value;
}
void nothing() {
  std::scoped_lock guard;  // expect: unnamed-guard
  ++value;
}
void named() {
  std::lock_guard<std::mutex> guard{mutex};
  ++value;
}
void filled_later(bool locking) {
  std::unique_lock<std::mutex> guard;
  if (locking) guard = std::unique_lock<std::mutex>(mutex);
  ++value;
}

int main() {
  temporary();
  nothing();
  named();
  filled_later(true);
}
