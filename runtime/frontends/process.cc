// runtime/frontends/process.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processes that come from this one.
//
// | call                                     | what is done                                      |
// |------------------------------------------|---------------------------------------------------|
// | fork, and what forks inside libc         | fork_prepare, fork_parent, fork_child: registered |
// | (daemon, forkpty)                        | with pthread_atfork before anybody else, so that  |
// |                                          | they run nearest to the fork                      |
// | _Fork                                    | fork_child (it runs no such handlers)             |
// | exec*, fexecve, execveat                 | exec_begin, exec_failed; the child's environment  |
// | posix_spawn, posix_spawnp, system, popen | the child's environment                           |
//
// vfork and clone are left alone. A child of vfork borrows our memory: it is told apart by its process
// id; no operation is opened and nothing is recorded in it, only its exec gets an environment.
// Children whose binary is static or privileged are not watched. Not followed: an exec by raw system
// call, and what wordexp starts.
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#include "runtime/frontends/child_environment.h"
#include "runtime/frontends/process.h"
#include "runtime/frontends/signals.h"

namespace lockweave::frontends {
namespace {

constinit thread_local const void* forked_at __attribute__((tls_model("initial-exec"))) = nullptr;

template <class Call>
int replace_image(char* const* environment, const void* pc, Call call) {
  if (lw_in_own_process() == 0) return with_child_environment(environment, call);
  Operation operation;
  if (operation) lw_exec_begin(pc);
  const int result = with_child_environment(environment, call);
  if (operation) lw_exec_failed();
  return result;
}

// The arguments of the execl family, up to and with the null, as an array.
class ArgumentList {
 public:
  static std::size_t count(const char* first, va_list& rest) {
    std::size_t count = 1;
    for (const char* at = first; at != nullptr; at = va_arg(rest, const char*)) ++count;
    return count;
  }
  static void fill(char** out, const char* first, va_list& rest) {
    *out = const_cast<char*>(first);
    while (*out != nullptr) *++out = va_arg(rest, char*);
  }
};

// ---- system ----------------------------------------------------------------------------------
// Source: POSIX system(), and glibc's choices where POSIX leaves them open: while any call is under
// way SIGINT and SIGQUIT are ignored, SIGCHLD is blocked in the caller; cancellation ends the child.
// Ours, because libc's starts the shell with `environ` and asks nobody.
struct InteractiveSignals {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  int users = 0;
  struct sigaction interrupt {};
  struct sigaction quit {};

  void ignore() {
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    real().pthread_mutex_lock(&lock);
    if (users++ == 0) {
      real().sigaction(SIGINT, &ignored, &interrupt);
      real().sigaction(SIGQUIT, &ignored, &quit);
    }
    real().pthread_mutex_unlock(&lock);
  }
  void restore(const sigset_t* mask) {
    real().pthread_mutex_lock(&lock);
    if (--users == 0) {
      real().sigaction(SIGINT, &interrupt, nullptr);
      real().sigaction(SIGQUIT, &quit, nullptr);
    }
    if (mask != nullptr) sigprocmask(SIG_SETMASK, mask, nullptr);
    real().pthread_mutex_unlock(&lock);
  }
};
constinit InteractiveSignals interactive;

int start_shell(const char* command, const sigset_t& mask, pid_t* pid) {
  sigset_t defaults;
  sigemptyset(&defaults);
  if (interactive.interrupt.sa_handler != SIG_IGN) sigaddset(&defaults, SIGINT);
  if (interactive.quit.sa_handler != SIG_IGN) sigaddset(&defaults, SIGQUIT);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &mask);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  char* arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                       const_cast<char*>(command), nullptr};
  const int result = with_child_environment(environ, [&](char* const* environment) {
    return real().posix_spawn(pid, "/bin/sh", nullptr, &attributes, arguments, environment);
  });
  posix_spawnattr_destroy(&attributes);
  return result;
}

// Ends the shell when the thread is cancelled while it waits.
class Shell {
 public:
  Shell(pid_t pid) : pid_(pid) {}
  ~Shell() {
    if (reaped_) return;
    int disabled;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &disabled);
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pthread_setcancelstate(disabled, nullptr);
    interactive.restore(nullptr);
  }
  int wait() {
    int status = -1;
    pid_t result;
    do {
      result = waitpid(pid_, &status, 0);
    } while (result < 0 && errno == EINTR);
    reaped_ = true;
    return result == pid_ ? status : -1;
  }

 private:
  const pid_t pid_;
  bool reaped_ = false;
};

int run_shell(const char* command) {
  sigset_t child_signal;
  sigset_t mask;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  interactive.ignore();
  sigprocmask(SIG_BLOCK, &child_signal, &mask);
  pid_t pid = 0;
  const int error = start_shell(command, mask, &pid);
  constexpr int kExitCodeShift = 8;
  const int status = error != 0 ? 127 << kExitCodeShift : Shell(pid).wait();
  const int wait_error = errno;
  interactive.restore(&mask);
  errno = error != 0 ? error : wait_error;
  return status;
}

// ---- popen -----------------------------------------------------------------------------------
// libc's popen starts the child with `environ` and keeps the child's id in its stream, so the pointer
// is lent the child's environment for the moment of the call. Another thread that sets a variable
// just then makes libc copy our array; what we added is taken out of the copy.
struct Lending {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  char** own = nullptr;
  char** lent = nullptr;
};
constinit Lending lending;

void take_out_settings(char** copied, char* const* lent) {
  const lw_child_settings* settings = lw_for_children();
  char** kept = copied;
  for (char** at = copied; *at != nullptr; ++at) {
    bool ours = *at == settings->run || *at == settings->options;
    for (char* const* entry = lent; !ours && *entry != nullptr; ++entry) {
      ours = *at == *entry && strncmp(*at, "LD_PRELOAD=", 11) == 0;
    }
    if (!ours) *kept++ = *at;
  }
  *kept = nullptr;
}

template <class Call>
auto with_lent_environ(Call call) {
  if (lw_for_children() == nullptr) return call();
  real().pthread_mutex_lock(&lending.lock);
  auto result = with_child_environment(environ, [&](char* const* lent) {
    lending.own = environ;
    lending.lent = const_cast<char**>(lent);
    environ = lending.lent;
    auto called = call();
    const int kept_errno = errno;
    if (environ == lent) {
      environ = lending.own;
    } else if (environ != nullptr) {
      take_out_settings(environ, lent);
    }
    lending.lent = nullptr;
    errno = kept_errno;
    return called;
  });
  real().pthread_mutex_unlock(&lending.lock);
  return result;
}

// ---- fork ------------------------------------------------------------------------------------
void after_fork_in_child() {
  interactive.lock = PTHREAD_MUTEX_INITIALIZER;
  interactive.users = 0;
  lending.lock = PTHREAD_MUTEX_INITIALIZER;
  if (lending.lent != nullptr && environ == lending.lent) environ = lending.own;
  lending.lent = nullptr;
  reset_signals_after_fork();
  lw_fork_child(forked_at);
}

}  // namespace

void prepare_processes() {
  pthread_atfork(lw_fork_prepare, lw_fork_parent, after_fork_in_child);
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT pid_t fork() noexcept {
  forked_at = LW_CALLER;
  const pid_t pid = real().fork();
  forked_at = nullptr;
  return pid;
}

LW_EXPORT pid_t _Fork() noexcept {
  const void* pc = LW_CALLER;
  const pid_t pid = real()._Fork();
  if (pid == 0) lw_fork_child(pc);
  return pid;
}

LW_EXPORT int execve(const char* path, char* const* arguments, char* const* environment) noexcept {
  return replace_image(environment, LW_CALLER, [=](char* const* child) {
    return real().execve(path, arguments, child);
  });
}

LW_EXPORT int execv(const char* path, char* const* arguments) noexcept {
  return replace_image(environ, LW_CALLER, [=](char* const* child) {
    return real().execve(path, arguments, child);
  });
}

LW_EXPORT int execvpe(const char* file, char* const* arguments,
                      char* const* environment) noexcept {
  return replace_image(environment, LW_CALLER, [=](char* const* child) {
    return real().execvpe(file, arguments, child);
  });
}

LW_EXPORT int execvp(const char* file, char* const* arguments) noexcept {
  return replace_image(environ, LW_CALLER, [=](char* const* child) {
    return real().execvpe(file, arguments, child);
  });
}

LW_EXPORT int fexecve(int file, char* const* arguments, char* const* environment) noexcept {
  return replace_image(environment, LW_CALLER, [=](char* const* child) {
    return real().fexecve(file, arguments, child);
  });
}

LW_EXPORT int execveat(int folder, const char* path, char* const* arguments,
                       char* const* environment, int flags) noexcept {
  return replace_image(environment, LW_CALLER, [=](char* const* child) {
    return real().execveat(folder, path, arguments, child, flags);
  });
}

LW_EXPORT int execl(const char* path, const char* first, ...) noexcept {
  va_list rest;
  va_start(rest, first);
  const std::size_t count = ArgumentList::count(first, rest);
  va_end(rest);
  auto* arguments = static_cast<char**>(alloca(count * sizeof(char*)));
  va_start(rest, first);
  ArgumentList::fill(arguments, first, rest);
  va_end(rest);
  return replace_image(environ, LW_CALLER, [=](char* const* child) {
    return real().execve(path, arguments, child);
  });
}

LW_EXPORT int execlp(const char* file, const char* first, ...) noexcept {
  va_list rest;
  va_start(rest, first);
  const std::size_t count = ArgumentList::count(first, rest);
  va_end(rest);
  auto* arguments = static_cast<char**>(alloca(count * sizeof(char*)));
  va_start(rest, first);
  ArgumentList::fill(arguments, first, rest);
  va_end(rest);
  return replace_image(environ, LW_CALLER, [=](char* const* child) {
    return real().execvpe(file, arguments, child);
  });
}

LW_EXPORT int execle(const char* path, const char* first, ...) noexcept {
  va_list rest;
  va_start(rest, first);
  const std::size_t count = ArgumentList::count(first, rest);
  va_end(rest);
  auto* arguments = static_cast<char**>(alloca(count * sizeof(char*)));
  va_start(rest, first);
  ArgumentList::fill(arguments, first, rest);
  char* const* environment = va_arg(rest, char* const*);
  va_end(rest);
  return replace_image(environment, LW_CALLER, [=](char* const* child) {
    return real().execve(path, arguments, child);
  });
}

LW_EXPORT int posix_spawn(pid_t* pid, const char* path,
                          const posix_spawn_file_actions_t* actions,
                          const posix_spawnattr_t* attributes, char* const* arguments,
                          char* const* environment) {
  return with_child_environment(environment, [=](char* const* child) {
    return real().posix_spawn(pid, path, actions, attributes, arguments, child);
  });
}

LW_EXPORT int posix_spawnp(pid_t* pid, const char* file,
                           const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes, char* const* arguments,
                           char* const* environment) {
  return with_child_environment(environment, [=](char* const* child) {
    return real().posix_spawnp(pid, file, actions, attributes, arguments, child);
  });
}

LW_EXPORT int system(const char* command) {
  return command == nullptr ? run_shell("exit 0") == 0 : run_shell(command);
}

LW_EXPORT FILE* popen(const char* command, const char* modes) {
  return with_lent_environ([=] { return real().popen(command, modes); });
}

}  // extern "C"
