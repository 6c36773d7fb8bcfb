// runtime/core/verdict/process.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of the process as the runtime sees it: start, fork, exec, end. Start-up is one call from
// the library's constructor; everything before it passes through.
#pragma once

namespace lockweave::core {

// A record that nobody asked to keep goes once it has been reported.
void say_no_record(const char* where, long result);  // `result`: -errno
void remove_temporary_record();
// It could not be reported, by `verdict` of run_reporter(): it stays, and this says where.
void say_where_record_is(int verdict);

}  // namespace lockweave::core
