// runtime/frontends/process.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace lockweave::frontends {

void prepare_processes();  // once, before main and before any other fork handler is registered

// Around a fork that runs none of libc's handlers: _Fork, clone, the system calls.
class BareFork {
 public:
  explicit BareFork(const void* pc);
  // In each of the two processes; `result` is 0 in the child. Returns it, errno is kept.
  long done(long result) const;
};

// Does the system call make a process that has a copy of our memory and goes on where its caller stands?
bool is_fork(long number, const long* arguments);

}  // namespace lockweave::frontends
