// runtime/frontends/signals.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Signal handlers. A handler of the program is reached through `forward_signal`, which tells core that it
// runs: a lock taken in it is a finding. All flags and masks stay the program's: the kernel applies them
// to our function as it would to the program's.
//
// | call                                   | events                                              |
// |----------------------------------------|-----------------------------------------------------|
// | sigaction, signal and its relatives    | handler, unless the signal is a synchronous fault   |
// | a handler runs                         | signal_begin, signal_end around it, unless it was   |
// |                                        | awaited: it cannot interrupt what a lock guards     |
// | SIGTERM, SIGQUIT, SIGABRT              | who waits for whom is printed, then the program's   |
// |                                        | handler is called or the default action taken       |
// | the status signal (an option)          | the lock table is printed; no default action        |
//
// What the program asks for is what it set: our functions are replaced by its own in every answer.
// Which of both the kernel holds is decided by the kernel's answer, so SA_RESETHAND, sigignore and
// libc's own changes need no book-keeping. What interrupted the runtime with a lock held is deferred: the
// kernel delivers it again, for which a handler that it forgot (SA_RESETHAND) is set once more.
// A child of vfork has dispositions of its own but shares our memory: its calls go to the kernel with
// our function only if the program's handler is the one that is known already.
// Not seen: handlers set by raw system call; signalfd and sigwait take no handler.
#include "runtime/frontends/signals.h"

#include <errno.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <atomic>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // sigset

extern "C" int Py_IsInitialized() __attribute__((weak));

namespace lockweave::frontends {
namespace {

using Handler = void (*)(int);
using InfoHandler = void (*)(int, siginfo_t*, void*);

// What the program set, where the kernel holds a function of ours instead.
struct Known {
  std::atomic<Handler> handler{nullptr};
  std::atomic<bool> informed{false};  // SA_SIGINFO: else the kernel writes no siginfo_t
  std::atomic<bool> once{false};      // SA_RESETHAND: the kernel has forgotten it when it runs
  struct sigaction ours {};           // as the kernel holds it then
  struct sigaction plain {};          // SIG_DFL or SIG_IGN as the program set it, while ours speaks
  bool counted = false;
  bool interpreters = false;  // CPython has installed its own once
};
constinit Known known[_NSIG + 1];

bool valid(int signal) { return signal > 0 && signal < _NSIG; }

// Changes of `known`, against other threads and against handlers on this one.
class Changing {
 public:
  Changing() {
    sigset_t all;
    sigfillset(&all);
    real().pthread_sigmask(SIG_BLOCK, &all, &mask_);
    while (taken_.exchange(true, std::memory_order_acquire)) sched_yield();
  }
  ~Changing() {
    taken_.store(false, std::memory_order_release);
    real().pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  static void reset_after_fork() { taken_.store(false, std::memory_order_relaxed); }

 private:
  static constinit inline std::atomic<bool> taken_{false};
  sigset_t mask_;
};

// ---- our two functions -----------------------------------------------------------------------

const void* stack_of_handler(const void* context) {
  const stack_t& other = static_cast<const ucontext_t*>(context)->uc_stack;
  const auto low = reinterpret_cast<std::uintptr_t>(other.ss_sp);
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return here - low < other.ss_size ? other.ss_sp : nullptr;
}

bool was_awaited(int signal, const ucontext_t* interrupted);
// Not now: the signal comes again.
bool is_deferred(int signal, const siginfo_t* info, void* context) {
  if (lw_signal_defer(signal, info, &static_cast<ucontext_t*>(context)->uc_sigmask) == 0)
    return false;
  const Known& of = known[signal];
  struct sigaction held;
  if (of.once.load(std::memory_order_acquire) && real().sigaction(signal, nullptr, &held) == 0 &&
      held.sa_handler == SIG_DFL) {
    real().sigaction(signal, &of.ours, nullptr);
  }
  return true;
}

void forward_signal(int signal, siginfo_t* info, void* context) {
  const int kept_errno = errno;
  const bool informed = known[signal].informed.load(std::memory_order_acquire);
  if (is_deferred(signal, informed ? info : nullptr, context)) return;
  const bool mine = lw_in_own_process() != 0;
  if (mine && lw_signal_speaks(signal) != 0) lw_report_waits(signal);
  const Handler handler = known[signal].handler.load(std::memory_order_acquire);
  const bool interrupts = mine && !was_awaited(signal, static_cast<const ucontext_t*>(context));
  lw_signal_mark mark;
  if (interrupts) lw_signal_begin(signal, stack_of_handler(context), &mark);
  errno = kept_errno;
  reinterpret_cast<InfoHandler>(reinterpret_cast<void*>(handler))(signal, info, context);
  if (interrupts) lw_signal_end(&mark);
}

// Did the signal come in a wait that lets it in, as pselect, ppoll, epoll_pwait and sigsuspend do, while it
// is blocked otherwise? Then the mask that comes back after the handler has it: the one from before the
// wait. Of several that came in one wait each begins where the one before has not run yet.
// Source: Linux, sigmask_to_save(); the third argument of a handler is its ucontext.
bool was_awaited(int signal, const ucontext_t* interrupted) {
  while (sigismember(&interrupted->uc_sigmask, signal) != 1) {
    const greg_t* registers = interrupted->uc_mcontext.gregs;
    if (registers[REG_RIP] != reinterpret_cast<greg_t>(&forward_signal)) return false;
    interrupted = reinterpret_cast<const ucontext_t*>(registers[REG_RDX]);
  }
  return true;
}

// Takes the default action: the kernel ends the process with the signal. Returns if it does not.
void act_by_default(int signal) {
  struct sigaction standard {};
  struct sigaction ours;
  standard.sa_handler = SIG_DFL;
  real().sigaction(signal, &standard, &ours);
  sigset_t just;
  sigset_t mask;
  sigemptyset(&just);
  sigaddset(&just, signal);
  raise(signal);
  real().pthread_sigmask(SIG_UNBLOCK, &just, &mask);
  real().pthread_sigmask(SIG_SETMASK, &mask, nullptr);  // the first process of a container survives
  real().sigaction(signal, &ours, nullptr);
}

void speak(int signal, siginfo_t* info, void* context) {
  const int kept_errno = errno;
  if (is_deferred(signal, info, context)) return;
  if (lw_in_own_process() != 0) lw_report_waits(signal);
  if (lw_signal_speaks(signal) != 2) act_by_default(signal);
  errno = kept_errno;
}

// ---- translation -----------------------------------------------------------------------------

Handler plain_pointer(InfoHandler function) {
  return reinterpret_cast<Handler>(reinterpret_cast<void*>(function));
}
// No constants: they would be initialised by a constructor, after ours.
Handler forwarder() { return plain_pointer(forward_signal); }
Handler speaker() { return plain_pointer(speak); }

bool is_function(Handler handler) {
  return handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR && handler != SIG_HOLD;
}

// The status signal always speaks; the others only instead of dying silently.
bool shall_speak(int signal, Handler handler) {
  const int speaks = lw_signal_speaks(signal);
  return speaks == 2 || (speaks == 1 && handler == SIG_DFL);
}

void set_speaking(int signal) {
  struct sigaction ours {};
  ours.sa_sigaction = speak;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigfillset(&ours.sa_mask);
  real().sigaction(signal, &ours, nullptr);
}

bool synchronous_fault(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGSYS:
    case SIGABRT: return true;
    default: return false;
  }
}

void count_handler(int signal, bool has_handler) {
  Known& of = known[signal];
  if (of.counted == has_handler || synchronous_fault(signal)) return;
  of.counted = has_handler;
  lw_handler(signal, has_handler ? 1 : 0);
}

// CPython installs a handler for SIGINT when it starts, whatever the script does: it raises
// KeyboardInterrupt if somebody interrupts. Nobody waits for that. The same function installed again
// is the script's doing (signal.signal), which may well be waited for.
bool only_interrupts(int signal, Handler handler) {
  if (signal != SIGINT || known[signal].interpreters) return false;
  Dl_info of_handler;
  Dl_info of_interpreter;
  if (Py_IsInitialized == nullptr ||
      dladdr(reinterpret_cast<const void*>(Py_IsInitialized), &of_interpreter) == 0 ||
      dladdr(reinterpret_cast<const void*>(handler), &of_handler) == 0) {
    return false;
  }
  return known[signal].interpreters = of_handler.dli_fbase == of_interpreter.dli_fbase;
}

// What the kernel holds, as the program knows it.
struct sigaction as_program_knows(int signal, struct sigaction held, Handler handler_before) {
  if (held.sa_handler == forwarder()) held.sa_handler = handler_before;
  if (held.sa_handler == speaker()) return known[signal].plain;
  return held;
}

// The kernel holds our forwarder now, as `held` says.
void note_flags(int signal, const struct sigaction& held) {
  Known& of = known[signal];
  of.informed.store((held.sa_flags & SA_SIGINFO) != 0, std::memory_order_release);
  of.once.store(false, std::memory_order_release);
  of.ours = held;
  of.once.store((held.sa_flags & static_cast<int>(SA_RESETHAND)) != 0, std::memory_order_release);
}

// After the program set `wanted`, which the kernel holds now. What a query of it would tell is kept.
void settle(int signal, const struct sigaction& wanted) {
  count_handler(signal,
                is_function(wanted.sa_handler) && !only_interrupts(signal, wanted.sa_handler));
  if (is_function(wanted.sa_handler) || !shall_speak(signal, wanted.sa_handler)) return;
  real().sigaction(signal, nullptr, &known[signal].plain);
  set_speaking(signal);
}

int change_action(int signal, const struct sigaction* wanted, struct sigaction* before) {
  struct sigaction held;
  if (wanted == nullptr) {
    const int result = real().sigaction(signal, nullptr, &held);
    if (result == 0 && before != nullptr) {
      *before = as_program_knows(signal, held, known[signal].handler.load());
    }
    return result;
  }
  const struct sigaction set = *wanted;  // `before` may be the same object
  struct sigaction passed = set;
  const Changing changing;
  Known& of = known[signal];
  const Handler handler_before = of.handler.load(std::memory_order_relaxed);
  if (is_function(set.sa_handler)) {
    of.handler.store(set.sa_handler, std::memory_order_release);
    passed.sa_handler = forwarder();
  }
  const int result = real().sigaction(signal, &passed, &held);
  if (result != 0) {
    of.handler.store(handler_before, std::memory_order_release);
    return result;
  }
  if (before != nullptr) *before = as_program_knows(signal, held, handler_before);
  if (passed.sa_handler == forwarder()) note_flags(signal, passed);
  settle(signal, set);
  return 0;
}

// In a child of vfork: the table is the parent's.
int change_action_untouched(int signal, const struct sigaction* wanted, struct sigaction* before) {
  struct sigaction held;
  struct sigaction passed;
  const Handler handler = known[signal].handler.load(std::memory_order_relaxed);
  if (wanted != nullptr) {
    passed = *wanted;
    if (is_function(passed.sa_handler) && passed.sa_handler == handler) {
      passed.sa_handler = forwarder();
    }
  }
  const int result = real().sigaction(signal, wanted == nullptr ? nullptr : &passed, &held);
  if (result == 0 && before != nullptr) *before = as_program_knows(signal, held, handler);
  return result;
}

// signal() and its relatives: `set(signal, handler)` is libc's, which chooses flags and mask.
template <class Set>
Handler change_handler(int signal, Handler wanted, Set set) {
  if (!valid(signal) || lw_in_own_process() == 0) return set(signal, wanted);
  const Changing changing;
  Known& of = known[signal];
  const Handler handler_before = of.handler.load(std::memory_order_relaxed);
  if (is_function(wanted)) of.handler.store(wanted, std::memory_order_release);
  Handler before = set(signal, is_function(wanted) ? forwarder() : wanted);
  if (before == SIG_ERR) {
    of.handler.store(handler_before, std::memory_order_release);
    return before;
  }
  if (before == forwarder()) before = handler_before;
  if (before == speaker()) before = known[signal].plain.sa_handler;
  struct sigaction held;
  if (real().sigaction(signal, nullptr, &held) == 0 && held.sa_handler != speaker()) {
    if (held.sa_handler == forwarder()) {
      note_flags(signal, held);
      held.sa_handler = of.handler.load();
    }
    settle(signal, held);
  }
  return before;
}

}  // namespace

void reset_signals_after_fork() { Changing::reset_after_fork(); }

void prepare_signals() {
  for (int signal = 1; signal < _NSIG; ++signal) {
    struct sigaction held;
    if (lw_signal_speaks(signal) == 0 || real().sigaction(signal, nullptr, &held) != 0) continue;
    if (!shall_speak(signal, held.sa_handler)) continue;
    known[signal].plain = held;
    set_speaking(signal);
  }
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int sigaction(int signal, const struct sigaction* wanted,
                        struct sigaction* before) noexcept {
  if (!valid(signal)) return real().sigaction(signal, wanted, before);
  if (lw_in_own_process() == 0) return change_action_untouched(signal, wanted, before);
  return change_action(signal, wanted, before);
}

LW_EXPORT Handler signal(int number, Handler handler) noexcept {
  return change_handler(number, handler, real().signal);
}
LW_EXPORT Handler bsd_signal(int number, Handler handler) noexcept {
  return change_handler(number, handler, real().signal);
}
LW_EXPORT Handler ssignal(int number, Handler handler) noexcept {
  return change_handler(number, handler, real().signal);
}
LW_EXPORT Handler sysv_signal(int number, Handler handler) noexcept {
  return change_handler(number, handler, real().sysv_signal);
}
LW_EXPORT Handler __sysv_signal(int number, Handler handler) noexcept {
  return change_handler(number, handler, real().sysv_signal);
}
LW_EXPORT Handler sigset(int number, Handler handler) noexcept {
  return change_handler(number, handler, real().sigset);
}

}  // extern "C"
