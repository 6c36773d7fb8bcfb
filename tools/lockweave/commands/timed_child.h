// tools/lockweave/commands/timed_child.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs a program that may hang, with all it starts: a process group of its own, which is killed when
// the time is up, when its first process has ended, and when a signal ends this command.
// Thread-safety: several at a time, at most kTimedChildrenMax; beyond it EAGAIN.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace lockweave::cli {

inline constexpr std::size_t kTimedChildrenMax = 256;

struct TimedEnd {
  int error = 0;   // errno if it could not be started or watched
  int status = 0;  // as from waitpid
  bool timed_out = false;
};

// `command[0]` is a path. Standard input is empty; what it prints goes to the file `output`.
TimedEnd run_timed(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment, const std::string& output,
                   std::chrono::milliseconds limit);

// From now on SIGINT, SIGTERM and SIGHUP kill the children before they end this process.
void end_timed_children_with_us();

}  // namespace lockweave::cli
