// runtime/core/base/tls.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The calling thread's corner: one block of initial-exec TLS, constant-initialised, so that it can be
// read before main, after exit, in signal handlers and inside malloc.
//
// Invariant: `idle` is either nullptr or equal to `state`. It is nullptr while an operation is open
// on this thread, so one load tells an interposed function whether it is to be seen.
#pragma once

#include <cstdint>

namespace lockweave::core {

struct ThreadState;

struct Tls {
  ThreadState* idle = nullptr;
  ThreadState* state = nullptr;
  std::uint32_t unseen = 0;  // living Unseen scopes
  bool gone = false;         // after the last TLS destructor: no more events
  // The thread's own stack, all of it above a live frame mapped; a fiber's or a signal handler's may lie
  // elsewhere. Both 0: not known for sure.
  std::uintptr_t stack_low = 0;
  std::uintptr_t stack_high = 0;
  // Of raw_lock.h and deferred_signals.h: locks this thread holds or waits for, and the signals (bit n-1
  // for signal n) that arrived meanwhile; then those delivered again whose handler has not begun. Handlers
  // on this thread write both.
  std::uint32_t raw_locks = 0;
  std::uint64_t deferred = 0;
  std::uint64_t due = 0;
  // Of verdict/fork.cc, while this thread forks.
  ThreadState* idle_before_fork = nullptr;
  std::uint64_t blocked_before_fork = 0;  // signals
  bool at_rest = false;
};

extern thread_local constinit Tls tls __attribute__((tls_model("initial-exec")));

// Interposed functions called by this thread pass through unseen while one of these lives.
class Unseen {
 public:
  Unseen() : was_idle_(tls.idle) {
    ++tls.unseen;
    tls.idle = nullptr;
  }
  ~Unseen() {
    if (--tls.unseen == 0 && was_idle_ != nullptr) tls.idle = tls.state;
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  const ThreadState* was_idle_;
};

}  // namespace lockweave::core
