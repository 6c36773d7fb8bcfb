// tests/analyzer/sources/lock_leak/no_return.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A way that ends in a call without return leaks nothing: nobody goes on.
#include <cstdlib>
#include <mutex>

std::mutex mutex;
int value = 0;

[[noreturn]] void fail(const char* why);
[[noreturn]] inline void fail_here() { std::abort(); }

void checks(bool bad) {
  mutex.lock();
  if (bad) fail("bad");
  if (value < 0) fail_here();
  if (value > 9) std::exit(1);
  mutex.unlock();
}
void only_warns(bool bad) {
  mutex.lock();
  if (bad) {
    value = 1;
    return;  // expect: lock-leak
  }
  mutex.unlock();
}

int main() {
  checks(false);
  only_warns(false);
}
