// tests/analyzer/sources/fork_while_locked/fork_while_locked.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

std::mutex log_mutex;

void write_log() { std::lock_guard guard(log_mutex); }  // expect: fork-while-locked

void start_child() {
  const pid_t child = fork();
  if (child == 0) {
    write_log();
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}
// A child that only becomes another program takes no lock.
void start_program() {
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/true", "true", nullptr);
    _exit(127);
  }
  write_log();
  waitpid(child, nullptr, 0);
}

int main() {
  std::thread writer(write_log);
  start_child();
  start_program();
  writer.join();
}
