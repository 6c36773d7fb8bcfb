// runtime/core/verdict/run_command.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/run_command.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <atomic>

#include "runtime/core/base/deferred_signals.h"
#include "runtime/core/base/os.h"

namespace lockweave::core {
namespace {

// What the two children use; in memory of its own, because the caller's frame may be left by a jump.
struct Errand {
  static constexpr std::size_t kStack = std::size_t{64} << 10;

  const char* argv[kArgumentsMax + 1] = {};
  char text[kArgumentBytes];  // that they point to
  char* const* environment = nullptr;
  std::uint64_t blocked = 0;  // signals, for the command
  volatile bool failed_to_start = false;
  std::atomic<int> command{0};  // its process id, once it has been started
  alignas(16) char waiter_stack[kStack];
  alignas(16) char command_stack[kStack];
};

constexpr int kStatusNotStarted = 254;  // of the waiting child; the command has no such codes
constexpr int kStatusUnknown = 255;

// The calling process ends; glibc's exit would end threads.
[[noreturn]] void end_child(int status) {
  for (;;) os::call(SYS_exit, status);
}

int become_command(void* argument) {
  auto& errand = *static_cast<Errand*>(argument);
  restore_signals(errand.blocked);
  os::call(SYS_execve, reinterpret_cast<long>(errand.argv[0]), reinterpret_cast<long>(errand.argv),
           reinterpret_cast<long>(errand.environment));
  errand.failed_to_start = true;
  end_child(kStatusNotStarted);
}

long wait_for(long pid, int* status, int options) {
  long result;
  do {
    result = os::call(SYS_wait4, pid, reinterpret_cast<long>(status), options, 0);
  } while (result == -EINTR);
  return result;
}

// The kernel's sigaction.
struct Disposition {
  void (*handler)(int) = SIG_DFL;
  unsigned long flags = 0;
  void (*restorer)() = nullptr;
  std::uint64_t mask = 0;
};

// They were copied, so they are this process's own, and the command's. What the program ignores stays
// ignored, as exec leaves it, but the command waits for children.
void drop_handlers() {
  const Disposition standard;
  for (int signal = 1; signal < _NSIG; ++signal) {
    Disposition held;
    os::call(SYS_rt_sigaction, signal, 0, reinterpret_cast<long>(&held), sizeof held.mask);
    if (held.handler == SIG_IGN && signal != SIGCHLD) continue;
    os::call(SYS_rt_sigaction, signal, reinterpret_cast<long>(&standard), 0, sizeof held.mask);
  }
}

int await_command(void* argument) {
  auto& errand = *static_cast<Errand*>(argument);
  drop_handlers();
  const int pid = clone(become_command, errand.command_stack + Errand::kStack,
                        CLONE_VM | CLONE_VFORK | SIGCHLD, &errand);
  errand.command.store(pid, std::memory_order_release);
  int status = 0;
  if (pid < 0 || errand.failed_to_start) end_child(kStatusNotStarted);
  if (wait_for(pid, &status, 0) != pid || !WIFEXITED(status)) end_child(kStatusUnknown);
  end_child(WEXITSTATUS(status));
}

bool copy_arguments(const char* const* argv, Errand& errand) {
  std::size_t used = 0;
  for (int i = 0; argv[i] != nullptr; ++i) {
    const std::size_t size = strlen(argv[i]) + 1;
    if (i == kArgumentsMax || size > sizeof errand.text - used) return false;
    errand.argv[i] = static_cast<const char*>(memcpy(errand.text + used, argv[i], size));
    used += size;
  }
  return true;
}

// The waiting child's status. Past the limit its command is killed: then it ends, too.
long wait_with_limit(long pid, const Errand& errand, int limit_s, int* status) {
  if (limit_s == 0) return wait_for(pid, status, __WALL);
  constexpr long kStep_ns = 10'000'000;
  const std::uint64_t end_ms = os::monotonic_ms() + static_cast<std::uint64_t>(limit_s) * 1000;
  for (;;) {
    const long result = wait_for(pid, status, __WALL | WNOHANG);
    if (result != 0) return result;
    const int command = errand.command.load(std::memory_order_acquire);
    if (command > 0 && os::monotonic_ms() > end_ms) os::call(SYS_kill, command, SIGKILL);
    os::sleep_ns(kStep_ns);
  }
}

int result_of(int status) {
  if (!WIFEXITED(status) || WEXITSTATUS(status) == kStatusUnknown) return kResultUnknown;
  return WEXITSTATUS(status) == kStatusNotStarted ? kNotStarted : WEXITSTATUS(status);
}

}  // namespace

int run_command(const char* const* argv, char* const* environment, int limit_s,
                std::atomic<bool>* begun) {
  auto* errand = static_cast<Errand*>(os::map_memory(sizeof(Errand)));
  if (errand == nullptr) return kNotStarted;
  if (!copy_arguments(argv, *errand)) {
    os::call(SYS_munmap, reinterpret_cast<long>(errand), sizeof(Errand));
    return kNotStarted;
  }
  errand->environment = environment;
  const int kept_errno = errno;
  errand->blocked = block_all_signals();
  const int pid = clone(await_command, errand->waiter_stack + Errand::kStack, CLONE_VM, errand);
  if (begun != nullptr && pid > 0) begun->store(true, std::memory_order_relaxed);
  restore_signals(errand->blocked);
  errno = kept_errno;
  int status = 0;
  const bool known = pid > 0 && wait_with_limit(pid, *errand, limit_s, &status) == pid;
  if (pid > 0 && !known) return kResultUnknown;  // somebody waits for clones; they may be at work
  os::call(SYS_munmap, reinterpret_cast<long>(errand), sizeof(Errand));
  return pid < 0 ? kNotStarted : result_of(status);
}

}  // namespace lockweave::core
