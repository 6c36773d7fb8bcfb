// tests/analyzer/sources/signal_unsafe_lock/signal_unsafe_lock.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <csignal>
#include <mutex>

std::mutex mutex;
volatile std::sig_atomic_t asked = 0;

void on_interrupt(int) {
  std::lock_guard guard(mutex);  // expect-either: signal-unsafe-lock
}
void on_terminate(int) { asked = 1; }

int main() {
  std::signal(SIGINT, on_interrupt);  // expect-either: signal-unsafe-lock
  std::signal(SIGTERM, on_terminate);
  std::lock_guard guard(mutex);
}
