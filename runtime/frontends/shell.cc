// runtime/frontends/shell.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// system and popen: libc starts their shell with `environ` and asks nobody, so the child's environment
// has to get there another way. No events; both functions behave as libc's.
#include "runtime/frontends/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "runtime/frontends/child_environment.h"

namespace lockweave::frontends {
namespace {

constexpr ChildProgram kShell{AT_FDCWD, "/bin/sh", false};

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
  char* arguments[] = {const_cast<char*>("sh"), const_cast<char*>("-c"), const_cast<char*>(command),
                       nullptr};
  const int result = with_child_environment(environ, kShell, [&](char* const* environment) {
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

bool contains(char* const* table, const char* entry) {
  for (; *table != nullptr; ++table) {
    if (*table == entry) return true;
  }
  return false;
}

// Entries that are in `lent` only are ours, or its variant of the program's LD_PRELOAD.
void take_out_settings(char** copied, char* const* lent, char* const* own) {
  constexpr char kPreload[] = "LD_PRELOAD=";
  const auto is_preload = [&](const char* entry) {
    return strncmp(entry, kPreload, sizeof kPreload - 1) == 0;
  };
  char** kept = copied;
  for (char** at = copied; *at != nullptr; ++at) {
    if (!contains(lent, *at) || contains(own, *at)) {
      *kept++ = *at;
    } else if (is_preload(*at)) {
      for (char* const* entry = own; *entry != nullptr; ++entry) {
        if (is_preload(*entry)) *kept++ = *entry;
      }
    }
  }
  *kept = nullptr;
}

template <class Call>
auto with_lent_environ(Call call) {
  if (lw_for_children() == nullptr) return call();
  real().pthread_mutex_lock(&lending.lock);
  auto result = with_child_environment(environ, kShell, [&](char* const* lent) {
    lending.own = environ;
    lending.lent = const_cast<char**>(lent);
    environ = lending.lent;
    auto called = call();
    const int kept_errno = errno;
    if (environ == lent) {
      environ = lending.own;
    } else if (environ != nullptr) {
      take_out_settings(environ, lent, lending.own);
    }
    lending.lent = nullptr;
    errno = kept_errno;
    return called;
  });
  real().pthread_mutex_unlock(&lending.lock);
  return result;
}

}  // namespace

void reset_shell_after_fork() {
  interactive.lock = PTHREAD_MUTEX_INITIALIZER;
  interactive.users = 0;
  lending.lock = PTHREAD_MUTEX_INITIALIZER;
  if (lending.lent != nullptr && environ == lending.lent) environ = lending.own;
  lending.lent = nullptr;
}

}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT int system(const char* command) {
  return command == nullptr ? run_shell("exit 0") == 0 : run_shell(command);
}

LW_EXPORT FILE* popen(const char* command, const char* modes) {
  return with_lent_environ([=] { return real().popen(command, modes); });
}

}  // extern "C"
