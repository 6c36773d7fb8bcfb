// runtime/core/events/signals.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signal handlers of the program, and jumps out of them. Everything here runs in signal handlers. None
// interrupts the runtime while it holds a lock of its own (deferred_signals.h).
//
// Limits
//   1. A handler that interrupted an operation, or a thread that is only beginning, is not watched: what
//      it locks passes through.
//   2. A jump out of a handler that interrupted a hook at work, not asleep, leaves the thread
//      unwatched from then on: the hook's own state cannot be completed.
#include <errno.h>
#include <signal.h>

#include "lockweave/hooks.h"
#include "runtime/core/base/deferred_signals.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/state/thread_state.h"

namespace lockweave::core {
namespace {

std::uintptr_t bits(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

// The stack grows down: the handler's frames lie below the mark, in the stack that holds it.
bool runs_in_handler(const ThreadState& thread, std::uintptr_t frame) {
  return frame >= thread.handler_low && frame < thread.handler_high;
}

// A handler may be the first that is seen of its thread; not if that may be one whose state is waiting
// for it to begin.
ThreadState* announced_thread() {
  if (tls.state != nullptr || tls.unseen > 0 || !core_state.up.load(std::memory_order_relaxed) ||
      any_thread_begins()) {
    return tls.state;
  }
  {
    const Unseen unseen;
    (void)current_thread();
  }
  tls.idle = tls.state;
  return tls.state;
}

// Signals of the thread's own instructions: it interrupted itself where it stood.
bool is_fault(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
         signal == SIGTRAP || signal == SIGSYS;
}

}  // namespace

int signal_being_handled(const ThreadState& thread) {
  if (thread.handling_signal == 0 || is_fault(thread.handling_signal)) return 0;
  return runs_in_handler(thread, bits(__builtin_frame_address(0))) ? thread.handling_signal : 0;
}

}  // namespace lockweave::core

using namespace lockweave;
using namespace lockweave::core;

extern "C" {

int lw_signal_defer(int signal, const void* info, void* mask) {
  const bool deferred =
      defer_signal(signal, static_cast<const siginfo_t*>(info), static_cast<sigset_t*>(mask));
  return deferred ? 1 : 0;
}

void lw_signal_begin(int signal, const void* stack_low, lw_signal_mark* mark) {
  *mark = {};
  ThreadState* thread = announced_thread();
  if (thread == nullptr) {
    mark->unseen = 1;
    ++tls.unseen;
    return;
  }
  *mark = {thread->handler_low, thread->handler_high, thread->handling_signal, 0};
  thread->handling_signal = signal;
  thread->handler_high = bits(mark);
  thread->handler_low = stack_low != nullptr ? bits(stack_low) : thread->stack_low;
  if (!runs_in_handler(*thread, bits(__builtin_frame_address(0)))) thread->handler_low = 0;
  // So that acquisitions in the handler are seen although the thread made them before.
  if (tls.idle != nullptr) forget_known_acquisitions(*thread);
}

void lw_signal_end(const lw_signal_mark* mark) {
  if (mark->unseen != 0) {
    --tls.unseen;
    return;
  }
  ThreadState* thread = tls.state;
  if (thread == nullptr) return;
  thread->handler_low = mark->outer_low;
  thread->handler_high = mark->outer_high;
  thread->handling_signal = mark->outer_signal;
}

void lw_jump(const void* stack_pointer) {
  deliver_before_jump();
  ThreadState* thread = tls.state;
  if (thread == nullptr || thread->handling_signal == 0) return;
  if (!runs_in_handler(*thread, bits(__builtin_frame_address(0)))) {
    thread->handling_signal = 0;  // an earlier jump left it
    return;
  }
  if (stack_pointer != nullptr && runs_in_handler(*thread, bits(stack_pointer))) return;
  const bool fault = is_fault(thread->handling_signal);
  thread->handling_signal = 0;
  forget_signal_mask();
  if (tls.idle != nullptr || tls.unseen > 0) return;
  const bool waits = thread->wait.sequence.load(std::memory_order_relaxed) % 2 == 1;
  if (!waits && !fault) return;  // limit 2
  if (waits) lw_block_abandoned();
  tls.idle = thread;
}

}  // extern "C"
