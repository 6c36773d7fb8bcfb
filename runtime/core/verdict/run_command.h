// runtime/core/verdict/run_command.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a program and tells how it ended, unseen by the program that we live in: no SIGCHLD comes, no
// wait() of its own meets a child that it did not make, and neither can take the result from us, nor
// can SIGCHLD ignored or SA_NOCLDWAIT.
//
// The command is a grandchild. Between us stands a child made by clone() with exit signal 0, which only
// waits for __WALL find, and which must not exec for that: exec makes the signal SIGCHLD again. It shares
// our memory (no page is copied, no overcommit is asked for), runs on a stack of its own, makes system
// calls and nothing else, and has every signal blocked, so that no handler of the program runs in it.
// The calling thread stays what it was: handlers run in it, also those that never return.
#pragma once

#include <atomic>

namespace lockweave::core {

constexpr int kNotStarted = -1;
constexpr int kResultUnknown = -2;  // killed, or its result was lost

// `argv`: at most kArgumentsMax entries of kArgumentBytes in all, the first is the path; copied, for a handler
// may leave the caller by a jump while the command begins. Returns the exit code, kNotStarted or
// kResultUnknown. `limit_s`: after so many seconds the command is killed; 0: never.
// Thread-safety: any thread.
constexpr int kArgumentsMax = 24;
constexpr int kArgumentBytes = 32 << 10;
// `begun`: set, if not nullptr, when the command begins whatever becomes of the caller: no handler comes between.
int run_command(const char* const* argv, char* const* environment, int limit_s,
                std::atomic<bool>* begun = nullptr);

}  // namespace lockweave::core
