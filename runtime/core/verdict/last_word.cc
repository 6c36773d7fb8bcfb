// runtime/core/verdict/last_word.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/last_word.h"

#include <atomic>
#include <cstdint>

#include "runtime/core/base/os.h"

namespace lockweave::core {
namespace {

// What only one thread has: its address. Taken in one step, so that a handler that comes right after sees it.
thread_local constinit char mark __attribute__((tls_model("initial-exec"))) = 0;

constexpr std::uintptr_t kNobody = 0;
constexpr std::uintptr_t kTold = 1;
constinit std::atomic<std::uintptr_t> teller{kNobody};  // or the mark of a thread
constinit std::atomic<int> exit_code{0};                // written before kTold

// The kernel looks at the lower half (little-endian); marks that agree in it at worst wake too often.
void sleep_while(std::uintptr_t value) { os::futex_wait(&teller, static_cast<int>(value)); }

void settle(std::uintptr_t value) {
  teller.store(value, std::memory_order_release);
  os::futex_wake(&teller, INT32_MAX);
}

}  // namespace

constinit std::atomic<bool> last_report_begun{false};

LastWord take_last_word() {
  const auto self = reinterpret_cast<std::uintptr_t>(&mark);
  for (;;) {
    std::uintptr_t current = kNobody;
    if (teller.compare_exchange_strong(current, self, std::memory_order_acquire)) {
      return LastWord::ours;
    }
    if (current == kTold) return LastWord::told;
    if (current == self) return LastWord::at_it;
    sleep_while(current);
  }
}

void give_back_last_word() {
  last_report_begun.store(false, std::memory_order_relaxed);
  settle(kNobody);
}

void told_last_word(int code) {
  exit_code.store(code, std::memory_order_relaxed);
  settle(kTold);
}

int last_exit_code() { return exit_code.load(std::memory_order_relaxed); }

void reset_last_word_after_fork() {
  last_report_begun.store(false, std::memory_order_relaxed);
  teller.store(kNobody, std::memory_order_relaxed);
}

}  // namespace lockweave::core
