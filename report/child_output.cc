// report/child_output.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/child_output.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace lockweave::cli {
namespace {

std::array<std::atomic<int>, kHelpersMax> helpers;  // 0: a free place

void replace_helper(int old_child, int child) {
  for (std::atomic<int>& helper : helpers) {
    int expected = old_child;
    if (helper.compare_exchange_strong(expected, child)) return;
  }
}

int spawn_into(const std::vector<std::string>& arguments, int output) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int error = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : -1;
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 1 << 14> block;
  for (;;) {
    const ssize_t got = read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
}

bool exited_well(int child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

void add_helper(int child) { replace_helper(0, child); }
void remove_helper(int child) { replace_helper(child, 0); }

void kill_helpers() {
  for (const std::atomic<int>& helper : helpers) {
    const int child = helper.load();
    if (child > 0) kill(child, SIGKILL);
  }
}

std::optional<std::string> output_of(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const int child = spawn_into(arguments, ends[1]);
  close(ends[1]);
  if (child > 0) add_helper(child);
  std::string text = child < 0 ? std::string{} : read_all(ends[0]);
  close(ends[0]);
  const bool good = child >= 0 && exited_well(child);
  if (child > 0) remove_helper(child);
  if (!good) return std::nullopt;
  return text;
}

}  // namespace lockweave::cli
