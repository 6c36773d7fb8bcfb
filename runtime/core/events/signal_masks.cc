// runtime/core/events/signal_masks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which signals the calling thread blocks (detector.h asks). Kept from the calls that change it; a mask
// that came otherwise (inherited, put back by a jump) is asked for once. A thread's own, and safe in its
// handlers: what a handler changes the kernel puts back, so there nothing is kept.
#include <errno.h>
#include <signal.h>

#include "lockweave/hooks.h"
#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/events/detector.h"

namespace lockweave::core {
namespace {

struct Mask {
  std::uint64_t blocked = 0;
  std::uint64_t ever_blocked = 0;
  bool known = false;
};
thread_local constinit Mask mask __attribute__((tls_model("initial-exec")));

constinit std::atomic<bool> any_masked{false};
constinit std::atomic<std::uint64_t> handled{0};  // signals with a handler of the program's own

std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

void know(std::uint64_t blocked) {
  mask.blocked = blocked;
  mask.ever_blocked |= blocked;
  mask.known = true;
}

void ask() {
  std::uint64_t blocked = 0;
  os::call(SYS_rt_sigprocmask, SIG_BLOCK, 0, reinterpret_cast<long>(&blocked), sizeof blocked);
  know(blocked);
}

}  // namespace

std::uint64_t open_signals() {
  if (!any_masked.load(std::memory_order_relaxed)) return 0;
  if (!mask.known) ask();
  return handled.load(std::memory_order_relaxed) & ~mask.blocked;
}

bool ever_blocked(int signal) { return (mask.ever_blocked & bit(signal)) != 0; }

void forget_signal_mask() { mask.known = false; }

void note_handled(int signal, bool is) {
  if (is) {
    handled.fetch_or(bit(signal), std::memory_order_relaxed);
  } else {
    handled.fetch_and(~bit(signal), std::memory_order_relaxed);
  }
}

}  // namespace lockweave::core

using namespace lockweave::core;

extern "C" void lw_signal_mask(uint64_t before, uint64_t after) {
  ThreadState* thread = tls.state;
  if (thread != nullptr && signal_being_handled(*thread) != 0) return;
  know(before);
  know(after);
  if ((before | after) != 0) any_masked.store(true, std::memory_order_relaxed);
  // What is known from while it was blocked is to be seen again.
  const std::uint64_t opened = before & ~after & handled.load(std::memory_order_relaxed);
  if (opened != 0 && tls.idle != nullptr) forget_known_acquisitions(*thread);
}
