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
// | _Fork, clone, and by libc's `syscall`    | the same around it, unless the child shares our   |
// | fork, clone, clone3                      | memory: they run no such handlers                 |
// | exec*, fexecve, execveat                 | exec_begin, exec_failed; the child's environment  |
// | posix_spawn, posix_spawnp                | the child's environment (system, popen: shell.cc) |
//
// vfork is left alone, and so is clone of a child that shares our memory: it is told apart by its process
// id; no operation is opened and nothing is recorded in it, only its exec gets an environment.
// Children whose binary is static or privileged are not watched. Not followed: an exec by raw system
// call, what wordexp starts, and a fork by a system call that is no call of libc's: its child has no
// record, which its parent's says, and may wait for ever for a lock of ours that another thread had.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "runtime/frontends/child_environment.h"
#include "runtime/frontends/process.h"
#include "runtime/frontends/shell.h"
#include "runtime/frontends/signals.h"

namespace lockweave::frontends {
namespace {

constinit thread_local const void* forked_at __attribute__((tls_model("initial-exec"))) = nullptr;

template <class Call>
int replace_image(const ChildProgram& program, char* const* environment, const void* pc,
                  Call call) {
  if (lw_in_own_process() == 0) return with_child_environment(environment, program, call);
  const Operation operation;  // what the call does itself passes by
  const int result = with_child_environment(environment, program, [&](char* const* child) {
    lw_exec_begin(pc);
    return call(child);
  });
  lw_exec_failed();
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

// ---- fork ------------------------------------------------------------------------------------
void before_fork() {
  { const Operation operation(LW_OP_FORK, nullptr, LW_THREAD); }
  lw_fork_prepare();
}
void after_fork_in_parent() { lw_fork_parent(); }

void after_fork_in_child() {
  reset_shell_after_fork();
  reset_signals_after_fork();
  lw_fork_child(forked_at);
}

// Who is forked behind libc's back keeps, for libc, the thread id of its parent: mutexes name it as owner.
int thread_id_in_libc() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  real().pthread_mutex_lock(&mutex);
  const int id = mutex.__data.__owner;
  real().pthread_mutex_unlock(&mutex);
  return id;
}

bool copies_memory(unsigned long flags) {
  return (flags & (CLONE_VM | CLONE_THREAD | CLONE_SETTLS)) == 0;
}

struct ClonedChild {
  const BareFork& fork;
  int (*function)(void*);
  void* argument;
};

int run_cloned_child(void* child) {
  const auto& to_run = *static_cast<ClonedChild*>(child);
  to_run.fork.done(0);
  return to_run.function(to_run.argument);
}

}  // namespace

BareFork::BareFork(const void* pc) {
  forked_at = pc;
  before_fork();
}

long BareFork::done(long result) const {
  const int kept_errno = errno;
  if (result == 0) {
    after_fork_in_child();
    if (real().mutexes_are_glibcs) lw_thread_id(thread_id_in_libc());
  } else {
    after_fork_in_parent();
  }
  forked_at = nullptr;
  errno = kept_errno;
  return result;
}

bool is_fork(long number, const long* arguments) {
  constexpr long kSmallestArguments = 64;  // CLONE_ARGS_SIZE_VER0
  switch (number) {
#ifdef SYS_fork
    case SYS_fork: return true;
#endif
    case SYS_clone: return copies_memory(static_cast<unsigned long>(arguments[0]));
    case SYS_clone3: {
      const auto* flags = reinterpret_cast<const std::uint64_t*>(arguments[0]);  // the first member
      return flags != nullptr && arguments[1] >= kSmallestArguments && copies_memory(*flags);
    }
    default: return false;
  }
}

void prepare_processes() { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }

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
  const BareFork fork(LW_CALLER);
  return static_cast<pid_t>(fork.done(real()._Fork()));
}

LW_EXPORT int clone(int (*function)(void*), void* stack, int flags, void* argument, ...) noexcept {
  void* more[3];  // parent_tid, tls, child_tid: which of them are there, `flags` says
  va_list rest;
  va_start(rest, argument);
  for (void*& at : more) at = va_arg(rest, void*);
  va_end(rest);
  if (!copies_memory(static_cast<unsigned>(flags)) || function == nullptr) {
    return real().clone(function, stack, flags, argument, more[0], more[1], more[2]);
  }
  const BareFork fork(LW_CALLER);
  ClonedChild child{fork, function, argument};
  return static_cast<int>(
      fork.done(real().clone(run_cloned_child, stack, flags, &child, more[0], more[1], more[2])));
}

LW_EXPORT int execve(const char* path, char* const* arguments, char* const* environment) noexcept {
  return replace_image({AT_FDCWD, path, false}, environment, LW_CALLER,
                       [=](char* const* child) { return real().execve(path, arguments, child); });
}

LW_EXPORT int execv(const char* path, char* const* arguments) noexcept {
  return replace_image({AT_FDCWD, path, false}, environ, LW_CALLER,
                       [=](char* const* child) { return real().execve(path, arguments, child); });
}

LW_EXPORT int execvpe(const char* file, char* const* arguments, char* const* environment) noexcept {
  return replace_image({AT_FDCWD, file, true}, environment, LW_CALLER,
                       [=](char* const* child) { return real().execvpe(file, arguments, child); });
}

LW_EXPORT int execvp(const char* file, char* const* arguments) noexcept {
  return replace_image({AT_FDCWD, file, true}, environ, LW_CALLER,
                       [=](char* const* child) { return real().execvpe(file, arguments, child); });
}

LW_EXPORT int fexecve(int file, char* const* arguments, char* const* environment) noexcept {
  return replace_image({file, "", false}, environment, LW_CALLER,
                       [=](char* const* child) { return real().fexecve(file, arguments, child); });
}

LW_EXPORT int execveat(int folder, const char* path, char* const* arguments,
                       char* const* environment, int flags) noexcept {
  return replace_image({folder, path, false}, environment, LW_CALLER, [=](char* const* child) {
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
  return replace_image({AT_FDCWD, path, false}, environ, LW_CALLER,
                       [=](char* const* child) { return real().execve(path, arguments, child); });
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
  return replace_image({AT_FDCWD, file, true}, environ, LW_CALLER,
                       [=](char* const* child) { return real().execvpe(file, arguments, child); });
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
  return replace_image({AT_FDCWD, path, false}, environment, LW_CALLER,
                       [=](char* const* child) { return real().execve(path, arguments, child); });
}

LW_EXPORT int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                          const posix_spawnattr_t* attributes, char* const* arguments,
                          char* const* environment) {
  return with_child_environment(environment, {AT_FDCWD, path, false}, [=](char* const* child) {
    return real().posix_spawn(pid, path, actions, attributes, arguments, child);
  });
}

LW_EXPORT int posix_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes, char* const* arguments,
                           char* const* environment) {
  return with_child_environment(environment, {AT_FDCWD, file, true}, [=](char* const* child) {
    return real().posix_spawnp(pid, file, actions, attributes, arguments, child);
  });
}

}  // extern "C"
