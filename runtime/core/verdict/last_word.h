// runtime/core/verdict/last_word.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Several threads may end the process at a time (exit, _exit, a deadlock's verdict), and a signal handler in
// the midst of it. One of them tells what was found; the others wait until it has, for their ends would cut
// it off, or tell it again.
//
// A handler that ends the process while its own thread tells cannot wait for that. What has not begun to be
// reported it tells itself.
// Limits: the reporter's exit code is lost to such a handler, a temporary record stays, and that a reporter
// could not be started is not said; one that ends the process by a deadlock or at the first finding tells
// nothing more; a finding of the process's end is lost that was just about to be written.
// Thread-safety: any thread, also in handlers that interrupted no lock of ours.
#pragma once

#include <atomic>

namespace lockweave::core {

enum class LastWord {
  ours,   // to be told, then give_back_last_word or told_last_word
  told,   // another thread has: last_exit_code()
  at_it,  // this thread is telling, and was interrupted
};
LastWord take_last_word();
void give_back_last_word();          // the process goes on after all
void told_last_word(int exit_code);  // what a status of 0 becomes
int last_exit_code();
// The report has begun and goes on to its end although the teller may not. Written by the teller, read by a
// handler in it: relaxed. False while nobody has the last word.
extern constinit std::atomic<bool> last_report_begun;
void reset_last_word_after_fork();

}  // namespace lockweave::core
