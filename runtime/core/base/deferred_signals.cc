// runtime/core/base/deferred_signals.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/deferred_signals.h"

#include <atomic>

#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"

namespace lockweave::core {

thread_local constinit Tls tls __attribute__((tls_model("initial-exec")));

namespace {

std::uint64_t change_mask(int how, std::uint64_t set) {
  std::uint64_t before = 0;
  os::call(SYS_rt_sigprocmask, how, reinterpret_cast<long>(&set), reinterpret_cast<long>(&before),
           sizeof set);
  return before;
}

}  // namespace

bool is_own_fault(int signal, const siginfo_t* info) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS: return info == nullptr || info->si_code > 0;
    default: return false;
  }
}

// Blocked first: with SA_NODEFER it would come back at once.
bool defer_signal(int signal, const siginfo_t* info, sigset_t* mask) {
  const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
  tls.due &= ~bit;
  if (tls.raw_locks == 0 || is_own_fault(signal, info)) return false;
  const std::uint64_t before = change_mask(SIG_BLOCK, bit);
  const long sent = info == nullptr
                        ? os::call(SYS_tgkill, os::process_id(), os::thread_id(), signal)
                        : os::call(SYS_rt_tgsigqueueinfo, os::process_id(), os::thread_id(), signal,
                                   reinterpret_cast<long>(info));
  if (sent != 0) {
    change_mask(SIG_SETMASK, before);
    return false;
  }
  tls.deferred |= bit;
  sigaddset(mask, signal);
  return true;
}

// All at once: the kernel knows which handler keeps off which signal. Nothing comes between the list and
// the mask.
void deliver_deferred_signals() {
  if (tls.deferred == 0 || tls.raw_locks != 0) return;
  const std::uint64_t before = block_all_signals();
  const std::uint64_t set = tls.deferred;
  tls.deferred = 0;
  tls.due |= set;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  restore_signals(before & ~set);  // the handlers run here
  tls.due &= ~set;
}

void deliver_before_jump() {
  deliver_deferred_signals();
  const std::uint64_t set = tls.due;
  tls.due = 0;
  for (int signal = 1; signal <= 64; ++signal) {
    if ((set >> (signal - 1) & 1U) == 0) continue;
    os::call(SYS_tgkill, os::process_id(), os::thread_id(), signal);
  }
}

std::uint64_t block_all_signals() { return change_mask(SIG_SETMASK, ~std::uint64_t{0}); }

void restore_signals(std::uint64_t blocked_before) { change_mask(SIG_SETMASK, blocked_before); }

}  // namespace lockweave::core
