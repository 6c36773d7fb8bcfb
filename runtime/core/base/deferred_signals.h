// runtime/core/base/deferred_signals.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signals that arrive while their thread holds a lock of ours. The program's handler may do what it
// likes: lock, allocate, fork, exec, end the process, jump away. With our lock held, each of these would
// hang or leave the lock behind. So the handler is not run: the signal is sent to the same thread once
// more, with all it carried, and blocked there until the last lock is released. The kernel then delivers
// it anew, on the stack and with the flags and the mask that the program chose.
//
// A standard signal that comes again meanwhile is one with the first, as for any blocked signal. Of several
// that were deferred together each handler may interrupt another's beginning; if it jumps away from there,
// the other signal is sent once more, without what it carried.
// A real-time signal that came several times with SA_NODEFER nests, the last first, as for any blocked one.
// Not deferred: faults of the thread's own instructions, and handlers the runtime does not know (set by
// raw system call). Limit: a real-time signal that the kernel has no room to queue again (RLIMIT_SIGPENDING)
// is not deferred either: its handler runs at once.
// Cost: nothing without such a signal but a counter at each raw lock; with one, four system calls.
#pragma once

#include <signal.h>

#include <cstdint>

namespace lockweave::core {

// In a handler. True: the signal will come again, return at once. `mask` is the interrupted context's.
// `info`: nullptr without SA_SIGINFO, when the kernel writes none; a signal that may be a fault counts as
// one then.
bool defer_signal(int signal, const siginfo_t* info, sigset_t* mask);

// The calling thread has released its last lock. May not return: a handler may jump or end the thread.
void deliver_deferred_signals();
// The calling thread is about to jump, maybe out of a handler.
void deliver_before_jump();

// SIGSEGV and its like, if the kernel sent it for what the thread itself has done.
bool is_own_fault(int signal, const siginfo_t* info);

// All signals blocked, and back: the kernel's set as one word.
std::uint64_t block_all_signals();
void restore_signals(std::uint64_t blocked_before);

}  // namespace lockweave::core
