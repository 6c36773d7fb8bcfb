// tools/lockweave/commands/launcher.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace lockweave::cli {
namespace {

// All but what cannot be taken note of, what is about the launcher's own code, and what tells a
// process of the background that it touched the terminal.
bool is_passed_on(int number) {
  switch (number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGCHLD:
    case SIGILL:
    case SIGTRAP:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGSYS:
    case SIGTTIN:
    case SIGTTOU: return false;
    default: return true;
  }
}

sigset_t end_requests() {
  sigset_t requests;
  sigemptyset(&requests);
  sigaddset(&requests, SIGTERM);
  sigaddset(&requests, SIGHUP);
  return requests;
}

// Those of `signals`, all blocked, that are pending.
void forget(const sigset_t& signals) {
  const timespec at_once{};
  while (::sigtimedwait(&signals, nullptr, &at_once) > 0) {
  }
}

// All signals the launcher takes note of are blocked and fetched one by one, so none is missed and
// no handler runs.
class SignalScope {
 public:
  explicit SignalScope(EndRequests afterwards) : afterwards_(afterwards) {
    sigemptyset(&awaited_);
    sigaddset(&awaited_, SIGCHLD);
    for (int number = 1; number <= SIGRTMAX; ++number) {
      if (is_passed_on(number)) sigaddset(&awaited_, number);
    }
    ::sigprocmask(SIG_BLOCK, &awaited_, &mask_before_);
    // Where SIGCHLD is ignored, children vanish without a status.
    struct sigaction normal {};
    normal.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &normal, &child_before_);
  }
  SignalScope(const SignalScope&) = delete;
  SignalScope& operator=(const SignalScope&) = delete;
  ~SignalScope() {
    forget(awaited_);
    // In one step: a request that came between two would end the launcher.
    sigset_t mask = mask_before_;
    const sigset_t requests = end_requests();
    if (afterwards_ == EndRequests::held_back) sigorset(&mask, &mask_before_, &requests);
    restore(mask);
  }

  void restore() const { restore(mask_before_); }
  bool next(siginfo_t& info) const { return ::sigwaitinfo(&awaited_, &info) > 0; }
  static void forget_continuation() {
    sigset_t continuation;
    sigemptyset(&continuation);
    sigaddset(&continuation, SIGCONT);
    forget(continuation);
  }

 private:
  void restore(const sigset_t& mask) const {
    ::sigaction(SIGCHLD, &child_before_, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  }

  EndRequests afterwards_;
  sigset_t awaited_{};
  sigset_t mask_before_{};
  struct sigaction child_before_ {};
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

void pass_on(const siginfo_t& info, pid_t child) {
  const bool from_terminal = info.si_code == SI_KERNEL;
  if (from_terminal || info.si_pid == child) return;
  if (info.si_code == SI_QUEUE) {
    ::sigqueue(child, info.si_signo, info.si_value);
  } else {
    ::kill(child, info.si_signo);
  }
}

bool is_job_control_stop(int status) {
  if (!WIFSTOPPED(status)) return false;
  const int number = WSTOPSIG(status);
  return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

// Whoever continues us may have continued the child as well: a shell does, with the whole group.
void stop_like_child(pid_t child) {
  ::kill(::getpid(), SIGSTOP);
  SignalScope::forget_continuation();
  siginfo_t info{};
  const bool goes_on =
      ::waitid(P_PID, static_cast<id_t>(child), &info, WCONTINUED | WNOHANG) == 0 &&
      info.si_pid == child;
  if (!goes_on) ::kill(child, SIGCONT);
}

// Returns true when the child has ended.
bool reap(pid_t child, int& status) {
  for (;;) {
    const pid_t changed = ::waitpid(child, &status, WNOHANG | WUNTRACED);
    if (changed < 0 && errno == EINTR) continue;
    if (changed <= 0) return changed < 0;
    if (!WIFSTOPPED(status)) return true;
    if (is_job_control_stop(status)) stop_like_child(child);
  }
}

void wait_for(pid_t child, int& status, const SignalScope& signals) {
  while (!reap(child, status)) {
    siginfo_t info{};
    if (!signals.next(info)) continue;
    if (info.si_signo != SIGCHLD) pass_on(info, child);
  }
}

}  // namespace

void let_end_requests_through() {
  const sigset_t requests = end_requests();
  forget(requests);
  ::sigprocmask(SIG_UNBLOCK, &requests, nullptr);
}

Launched launch(const std::string& path, const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment, EndRequests afterwards) {
  Launched launched;
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  int failure[2];
  if (::pipe2(failure, O_CLOEXEC) != 0) {
    launched.error = errno;
    return launched;
  }
  const SignalScope signals(afterwards);
  launched.pid = ::fork();
  if (launched.pid == 0) {
    signals.restore();
    ::execve(path.c_str(), argv.data(), envp.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(failure[1], &error, sizeof error);
    ::_exit(127);
  }
  const int fork_error = errno;
  ::close(failure[1]);
  if (launched.pid < 0) {
    launched.error = fork_error;
  } else {
    ssize_t got = 0;
    do {
      got = ::read(failure[0], &launched.error, sizeof launched.error);
    } while (got < 0 && errno == EINTR);
    wait_for(launched.pid, launched.status, signals);
  }
  ::close(failure[0]);
  return launched;
}

int shell_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace lockweave::cli
