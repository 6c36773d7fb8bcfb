// tools/lockweave/commands/timed_child.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/timed_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace lockweave::cli {
namespace {

// Process groups that are at work; 0: a free slot. A signal handler reads them.
std::array<std::atomic<pid_t>, kTimedChildrenMax> groups{};

std::atomic<pid_t>* free_slot() {
  for (std::atomic<pid_t>& slot : groups) {
    pid_t none = 0;
    if (slot.compare_exchange_strong(none, -1)) return &slot;
  }
  return nullptr;
}

void end_all(int signal) {
  for (const std::atomic<pid_t>& slot : groups) {
    const pid_t group = slot.load();
    if (group > 0) ::kill(-group, SIGKILL);
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

int spawn_group(const std::vector<std::string>& command,
                const std::vector<std::string>& environment, const std::string& output,
                pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  const std::vector<char*> argv = pointers(command);
  const std::vector<char*> envp = pointers(environment);
  const int error = ::posix_spawn(&child, argv[0], &files, &attributes, argv.data(), envp.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

// True when `child` has ended, false when the time is up; an error of the system counts as an end.
bool ends_within(pid_t child, std::chrono::milliseconds limit) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (fd < 0) return true;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit;
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd watched{fd, POLLIN, 0};
    ready = ::poll(&watched, 1, left > 0 ? static_cast<int>(left) : 0);
  } while (ready < 0 && errno == EINTR);
  ::close(fd);
  return ready != 0;
}

}  // namespace

TimedEnd run_timed(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment, const std::string& output,
                   std::chrono::milliseconds limit) {
  TimedEnd end;
  std::atomic<pid_t>* slot = free_slot();
  if (slot == nullptr) return {EAGAIN, 0, false};
  pid_t child = 0;
  end.error = spawn_group(command, environment, output, child);
  if (end.error == 0) {
    slot->store(child);
    end.timed_out = !ends_within(child, limit);
    ::kill(-child, SIGKILL);  // before it is reaped: its number is still its own
    while (::waitpid(child, &end.status, 0) < 0 && errno == EINTR) {
    }
  }
  slot->store(0);
  return end;
}

void end_timed_children_with_us() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::signal(signal, end_all);
  }
}

}  // namespace lockweave::cli
