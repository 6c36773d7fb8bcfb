// runtime/frontends/sandbox.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs that forbid themselves system calls: seccomp, by prctl or by its own call. From then on ours
// could end the program, so core is told before and makes none but those that every program needs.
// Not seen: raw system calls, and filters that were there when the program was started.
#include "runtime/frontends/sandbox.h"

#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {

bool enters_sandbox(long number, long first) {
  return number == SYS_seccomp || (number == SYS_prctl && first == PR_SET_SECCOMP);
}

}  // namespace lockweave::frontends

extern "C" LW_EXPORT int prctl(int option, ...) noexcept {
  unsigned long at[4];
  va_list more;
  va_start(more, option);
  for (unsigned long& argument : at) argument = va_arg(more, unsigned long);
  va_end(more);
  if (option == PR_SET_SECCOMP) lw_enter_sandbox();
  return lockweave::frontends::real().prctl(option, at[0], at[1], at[2], at[3]);
}
