// runtime/core/verdict/reporter.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shows what was found while the process still exists: by starting `lockweave report` on the record,
// or, where the command is not installed, as offsets in modules. Only once the verdict is out: the laws of the
// hook path end there.
#pragma once

#include "lockweave/hooks.h"
#include "runtime/core/record/report.h"

namespace lockweave::core {

// Returns the reporter's exit code (1: findings at or above the threshold), or what run_command.h says
// instead: not started, or nobody knows how it ended.
int run_reporter();
// The same for one finding of the record, whatever its confidence. Ended after `limit_s` seconds; 0: waits
// for as long as it takes.
int run_reporter(std::uint64_t finding, int limit_s);
// Did it tell all it could, by that code? Not if its own usage was wrong, or it failed.
inline bool has_reported(int verdict) { return verdict == 0 || verdict == 1 || verdict == 3; }

void forget_rounds_after_fork();

// Says that `rule` was found while what the test framework named last was running; nothing without one.
void say_what_runs(const char* rule);

void print_raw(const Report& report);

}  // namespace lockweave::core
