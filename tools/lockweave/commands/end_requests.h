// tools/lockweave/commands/end_requests.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A command that tells what was found may take a while; whoever asks it to end shall not wait, nor
// be left with a child that still works.
#pragma once

#include <chrono>
#include <string>

namespace lockweave::cli {

// From now on SIGINT, SIGTERM and SIGHUP end this process with 128+n: its helpers are killed
// (report/child_output.h), and `last_words` are said on standard error. What was ignored stays
// ignored. A SIGTERM or SIGHUP within `grace` from now is passed over: GNU timeout sends one to the
// launcher and another to its group, and both were meant for the program that has just ended.
void end_at_requests(const std::string& last_words,
                     std::chrono::milliseconds grace = std::chrono::milliseconds(0));

}  // namespace lockweave::cli
