// runtime/frontends/closing.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Descriptors that go away. Daemons close all there are, and give up the rights to open the record anew:
// so the record's descriptor, which the program did not open, is not closed and not replaced by it.
//
// | call                              | what is done                                               |
// |-----------------------------------|------------------------------------------------------------|
// | close                             | nothing if it is ours, and success is told                 |
// | close_range, closefrom            | all but ours                                               |
// | dup2, dup3 onto ours              | ours moves to another number first                         |
// | libc's `syscall` of these         | the same (futex_syscall.cc)                                |
//
// Not seen: system calls that are no calls of libc's; record_file.h says what follows. Cost: a load.
#pragma once

namespace lockweave::frontends {

// One of these system calls? Then it is made, and `*result` is what `syscall` returns.
bool close_by_system_call(long number, const long* arguments, long* result);

}  // namespace lockweave::frontends
