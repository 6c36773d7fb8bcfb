// lockweave/detail/exit_duties.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the program's own threads and processes are owed before the process ends: managed threads are
// joined first, then daemon processes are killed and the others are waited for. Private.
//
// When: at the end of main or at exit() in the main thread, before any static destructor, if the main
// thread has started one of them; otherwise among the exit handlers, in their order. Not at _exit,
// quick_exit or abort. Both may happen: the second time there is nothing left to do.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace lockweave::detail {

using exit_duty = void (*)();
inline std::atomic<exit_duty> join_threads_at_exit{nullptr};
inline std::atomic<exit_duty> end_processes_at_exit{nullptr};
inline std::atomic<bool> is_exiting{false};

inline pid_t kernel_thread_id() noexcept { return static_cast<pid_t>(::syscall(SYS_gettid)); }
inline bool is_main_thread() noexcept { return kernel_thread_id() == ::getpid(); }

inline void do_exit_duties() {
  is_exiting = true;
  if (const exit_duty join_threads = join_threads_at_exit) join_threads();
  if (const exit_duty end_processes = end_processes_at_exit) end_processes();
}

// Its destructor is the first thing that happens when the main thread ends the process.
struct main_thread_end {
  ~main_thread_end() { do_exit_duties(); }
};

// Called by each thread that starts a managed thread or a process.
inline void arrange_exit_duties() {
  static const bool registered = std::atexit(do_exit_duties) == 0;
  static_cast<void>(registered);
  if (!is_main_thread()) return;
  static thread_local const main_thread_end end;
  static_cast<void>(end);
}

}  // namespace lockweave::detail
