// runtime/frontends/futex_syscall.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libc's `syscall`, for the futex waits of code that builds its own locks. libstdc++ waits this way
// behind C++20 semaphores, latches, barriers, atomic::wait, futures and static guards.
//
// | futex operation                       | events                                               |
// |---------------------------------------|------------------------------------------------------|
// | WAIT, WAIT_BITSET                     | a wait on the word; timed if it has a timeout        |
// | LOCK_PI, LOCK_PI2                     | a wait for a lock whose word names the owner         |
// | WAIT_REQUEUE_PI                       | a wait on the first word                             |
// | WAKE, WAKE_BITSET, WAKE_OP            | notify, as many times as waiters are asked for       |
// | REQUEUE, CMP_REQUEUE, CMP_REQUEUE_PI  | notify all: who is moved may be woken there later    |
//
// Every other call is forwarded with its six arguments. What such a lock's user does without the
// kernel cannot be seen: there are no held locks here, only waits. Calls that bypass libc's function
// are not seen. A ring of LOCK_PI waits alone is refused by the kernel, so it is not ours to report.
#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "runtime/frontends/closing.h"
#include "runtime/frontends/operation.h"
#include "runtime/frontends/process.h"
#include "runtime/frontends/real.h"
#include "runtime/frontends/sandbox.h"

#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

namespace lockweave::frontends {
namespace {

struct Arguments {
  long at[6];

  long forward(long number) const {
    return real().syscall(number, at[0], at[1], at[2], at[3], at[4], at[5]);
  }
};

// The arguments of futex(2).
struct Futex {
  const void* word;
  int operation;
  int flags;   // of a wait
  int wanted;  // how many to wake
  const void* second;
};

Futex futex_of(const Arguments& arguments) {
  const int code = static_cast<int>(arguments.at[1]);
  const bool timed = arguments.at[3] != 0;
  return {reinterpret_cast<const void*>(arguments.at[0]), code & FUTEX_CMD_MASK,
          (timed ? LW_TIMED : 0) | ((code & FUTEX_PRIVATE_FLAG) == 0 ? LW_PROCESS_SHARED : 0),
          static_cast<int>(arguments.at[2]), reinterpret_cast<const void*>(arguments.at[4])};
}

lw_operation operation_of(const Futex& futex) {
  switch (futex.operation) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI: return LW_OP_WAIT;
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_TRYLOCK_PI: return LW_OP_ACQUIRE;
    case FUTEX_UNLOCK_PI: return LW_OP_RELEASE;
    default: return LW_OP_NOTIFY;
  }
}

void notify(const void* word, int count, const void* pc) {
  constexpr int kFewMax = 16;
  if (count > kFewMax) return lw_notify(word, LW_FUTEX, 1, pc);
  for (int i = 0; i < count; ++i) lw_notify(word, LW_FUTEX, 0, pc);
}

// Otherwise the wait returns at once. The kernel looks, by a requeue of nobody: the address may be bad.
bool still_has(const Futex& futex, long expected) {
  const int kept_errno = errno;
  const int scope = (futex.flags & LW_PROCESS_SHARED) != 0 ? 0 : FUTEX_PRIVATE_FLAG;
  const long result =
      real().syscall(SYS_futex, futex.word, FUTEX_CMP_REQUEUE | scope, 0, 0, futex.word, expected);
  errno = kept_errno;
  return result >= 0;
}

long do_futex(const Arguments& arguments, const void* pc) {
  Operation operation;
  if (!operation) return arguments.forward(SYS_futex);
  const Futex futex = futex_of(arguments);
  const lw_operation what = operation_of(futex);
  lw_about_to(what, futex.word, LW_FUTEX, what == LW_OP_NOTIFY ? 0 : futex.flags);
  switch (futex.operation) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI: {
      PublishedWait wait(futex.word, LW_FUTEX, futex.flags, pc);
      const auto stands = [&] { return still_has(futex, arguments.at[2]); };
      if (stands()) wait.check_while(stands);
      const long result = arguments.forward(SYS_futex);
      if (result != 0) wait.give_up();
      return result;
    }
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2: {
      Blocking blocking(futex.word, LW_CUSTOM, futex.flags, nullptr,
                        static_cast<const int*>(futex.word), pc);
      return arguments.forward(SYS_futex);
    }
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET: notify(futex.word, futex.wanted, pc); break;
    case FUTEX_WAKE_OP:
      notify(futex.word, futex.wanted, pc);
      notify(futex.second, static_cast<int>(arguments.at[3]), pc);
      break;
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
    case FUTEX_CMP_REQUEUE_PI: lw_notify(futex.word, LW_FUTEX, 1, pc); break;
    default: break;
  }
  return arguments.forward(SYS_futex);
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" LW_EXPORT long syscall(long number, ...) noexcept {
  va_list more;
  va_start(more, number);
  Arguments arguments;
  for (long& argument : arguments.at) argument = va_arg(more, long);
  va_end(more);
  if (enters_sandbox(number, arguments.at[0])) lw_enter_sandbox();
  if (is_fork(number, arguments.at)) {
    const BareFork fork(LW_CALLER);
    return fork.done(arguments.forward(number));
  }
  if (number == SYS_exit_group) {
    arguments.at[0] = lw_exit("exit_group", static_cast<int>(arguments.at[0]));
  }
  long result = 0;
  if (close_by_system_call(number, arguments.at, &result)) return result;
  if (number != SYS_futex) return arguments.forward(number);
  return do_futex(arguments, LW_CALLER);
}
