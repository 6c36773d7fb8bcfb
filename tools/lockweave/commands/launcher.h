// tools/lockweave/commands/launcher.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Starts a program and waits for it, so that a user does not notice the launcher in between.
//
//   1. The child is in the launcher's process group: it owns the terminal, and what the terminal
//      sends (Ctrl-C, Ctrl-Z, hang-up, new window size) it gets itself. Only signals that were sent
//      to the launcher are passed on.
//   2. Signals that the child sent are not sent back to it.
//   3. When job control stops the child, the launcher stops too, so that the shell sees a stopped
//      job; when it goes on, the child does.
//   4. A request to end that comes when the child has ended was meant for it: GNU timeout sends one to
//      the launcher and another one to its process group.
//   5. The child starts with the signal mask and the ignored signals of the launcher's start.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace lockweave::cli {

struct Launched {
  int error = 0;  // errno if the program could not be started
  pid_t pid = 0;
  int status = 0;  // as from waitpid
};

// held_back: SIGTERM and SIGHUP stay blocked afterwards, until the launcher is ready for them.
enum class EndRequests { as_before, held_back };

// What was held back meanwhile is forgotten: it was meant for the program.
void let_end_requests_through();

Launched launch(const std::string& path, const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment,
                EndRequests afterwards = EndRequests::as_before);

// The exit code that a shell reports: its own, or 128+n when signal n ended it.
int shell_code(int status);

}  // namespace lockweave::cli
