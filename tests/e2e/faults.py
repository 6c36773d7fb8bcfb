#!/usr/bin/env python3
# tests/e2e/faults.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each system call by which a program's record is written fails once, and each fork: the program behaves
as it does without us, its exit code says what the contract says, and what was lost is told.

Usage: faults.py LOCKWEAVE RUNTIME_LIBRARY
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, RUNTIME = (os.path.abspath(path) for path in sys.argv[1:3])

# inject CALL ERROR NTH LOG COMMAND...: the NTH CALL of a process that runs a file named "program" fails with
# ERROR, and LOG gets a byte. Ends as the command does; 125: tracing is not allowed here.
INJECT = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
static const struct { const char *name; long number; } calls[] = {
  {"pwrite64", SYS_pwrite64}, {"fallocate", SYS_fallocate}, {"ftruncate", SYS_ftruncate},
  {"fcntl", SYS_fcntl}, {"clone", SYS_clone}};
static long call, error, nth;
static int log_file, failing;
static int runs_program(pid_t pid) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/%d/exe", pid);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return !strcmp(strrchr(path, '/') + 1, "program");
}
static void at_call(pid_t pid) {
  struct __ptrace_syscall_info info;
  struct user_regs_struct registers;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) return;
  int entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
  int ours = entry ? (long)info.entry.nr == call && runs_program(pid) && --nth == 0 : failing == pid;
  if (!ours) return;
  ptrace(PTRACE_GETREGS, pid, 0, &registers);
  if (entry) registers.orig_rax = -1; else registers.rax = -error;
  failing = entry ? pid : 0;
  if (entry && write(log_file, "x", 1) != 1) exit(124);
  ptrace(PTRACE_SETREGS, pid, 0, &registers);
}
int main(int argc, char **argv) {
  if (argc < 6) return 2;
  for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
    if (!strcmp(argv[1], calls[i].name)) call = calls[i].number;
  error = atol(argv[2]);
  nth = atol(argv[3]);
  log_file = open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_t root = fork();
  if (root == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(125);
    raise(SIGSTOP);
    execvp(argv[5], argv + 5);
    _exit(126);
  }
  int status;
  if (waitpid(root, &status, 0) != root || !WIFSTOPPED(status)) return 125;
  ptrace(PTRACE_SETOPTIONS, root, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
         PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  ptrace(PTRACE_SYSCALL, root, 0, 0);
  for (;;) {
    pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0) return 124;
    if (!WIFSTOPPED(status)) {
      if (pid == root) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int number = WSTOPSIG(status);
    if (number == (SIGTRAP | 0x80)) at_call(pid);
    int passed = number & 0x80 || number == SIGTRAP || number == SIGSTOP ? 0 : number;
    ptrace(PTRACE_SYSCALL, pid, 0, passed);
  }
}
"""

# WHAT: nest locks; then unlock a free one, or fork twice and tell by the exit code which fork failed.
PROGRAM = r"""
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t locks[13];
static void nest(void) {
  for (int i = 1; i < 13; i++) {
    pthread_mutex_lock(&locks[0]);
    pthread_mutex_lock(&locks[i]);
    pthread_mutex_unlock(&locks[i]);
    pthread_mutex_unlock(&locks[0]);
  }
}
static int fork_twice(void) {
  int failed = 0;
  for (int i = 1; i <= 2; i++) {
    pid_t child = fork();
    if (child == 0) { nest(); _exit(0); }
    if (child < 0) failed = i;
    else waitpid(child, 0, 0);
  }
  return failed;
}
int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  for (int i = 0; i < 13; i++) pthread_mutex_init(&locks[i], 0);
  nest();
  if (!strcmp(what, "misuses")) pthread_mutex_unlock(&locks[0]);
  puts("ok");
  return strcmp(what, "forks") ? 0 : fork_twice();
}
"""


class Faults(unittest.TestCase):
    def run_failing(self, call, error, nth, *command):
        """The result, and whether a call has failed."""
        log = FOLDER / "log"
        log.unlink(missing_ok=True)
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("LOCKWEAVE_")} | {"LOCKWEAVE_RUNTIME": RUNTIME}
        result = subprocess.run([FOLDER / "inject", call, str(error), str(nth), log, *command],
                                env=environment, text=True, cwd=FOLDER, timeout=120,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if result.returncode == 125:
            self.skipTest("this system allows no tracing")
        return result, log.exists() and log.stat().st_size > 0

    def each_failure(self, call, error, what):
        """Runs with the first, the second... failing, until there is none any more."""
        for nth in range(1, 100):
            output = FOLDER / f"{self.id()} {call} {error} {nth}"
            command = [LOCKWEAVE, "run", "--output", output, "--", FOLDER / "program", what]
            result, failed = self.run_failing(call, error, nth, *command)
            if not failed:
                self.assertGreater(nth, 1)
                return
            with self.subTest(call=call, error=error, nth=nth):
                yield nth, result, output
        self.fail("no end of calls")

    @staticmethod
    def is_whole(output):
        for record in output.rglob("*.jsonl"):
            entries = [json.loads(line) for line in record.read_text().splitlines()]
            return sum("seen" in entry for entry in entries) == 12 and "end" in entries[-1]
        return False

    def nothing_is_hidden(self, result):
        self.assertNotIn("no findings", result.stderr)
        self.assertNotIn("was not loaded", result.stderr)

    def test_a_finding_is_told_and_counts(self):
        for call, error in (("pwrite64", 28), ("fallocate", 28), ("ftruncate", 5), ("fcntl", 24)):
            for _, result, _ in self.each_failure(call, error, "misuses"):
                self.assertEqual((result.returncode, result.stdout), (66, "ok\n"), result.stderr)
                self.assertIn("unlock-not-held", result.stderr)
                self.nothing_is_hidden(result)

    def test_what_is_lost_is_said(self):
        for call, error in (("pwrite64", 5), ("pwrite64", 27), ("fallocate", 28)):
            for _, result, output in self.each_failure(call, error, "nests"):
                self.assertIn((result.returncode, result.stdout), ((0, "ok\n"), (3, "ok\n")))
                if not self.is_whole(output):
                    self.nothing_is_hidden(result)
                    self.assertRegex(result.stderr,
                                     "coverage was lost|ended unseen|could not write|no record")

    def test_a_fork_that_fails_fails_as_without_us(self):
        for nth, result, _ in self.each_failure("clone", 11, "forks"):
            self.assertEqual((result.returncode, result.stdout), (nth, "ok\n"), result.stderr)
            self.assertIn("no findings in 2 processes", result.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="lockweave-faults-") as folder_name:
        FOLDER = pathlib.Path(folder_name)
        for name, source in (("inject", INJECT), ("program", PROGRAM)):
            (FOLDER / f"{name}.c").write_text(source)
            subprocess.run(["cc", "-g", "-O1", "-pthread", FOLDER / f"{name}.c", "-o", FOLDER / name],
                           check=True)
        unittest.main(argv=sys.argv[:1], verbosity=2)
