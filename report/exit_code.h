// report/exit_code.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the command's exit codes mean. Scripts rely on them; they never change.
#pragma once

namespace lockweave::cli {

inline constexpr int kClean = 0;
inline constexpr int kFindings = 1;    // report, gate: findings at or above --fail-on
inline constexpr int kUsage = 2;       // wrong usage; unreadable or malformed input
inline constexpr int kIncomplete = 3;  // something could not be read; all else was reported
inline constexpr int kToolFailed = 4;
inline constexpr int kFindingsInRun = 66;  // the program exited 0 but had findings

}  // namespace lockweave::cli
