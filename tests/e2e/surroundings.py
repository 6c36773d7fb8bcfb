#!/usr/bin/env python3
# tests/e2e/surroundings.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Hostile surroundings: limits, full disks, closed descriptors, dropped rights, sandboxes. The program
runs as it would without us, and what could not be recorded is said.

Usage: surroundings.py LOCKWEAVE RUNTIME_LIBRARY
"""
import json
import os
import pathlib
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, RUNTIME = (os.path.abspath(path) for path in sys.argv[1:3])

PROGRAM = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static void nest(int count) {
  pthread_mutex_t *locks = calloc(count + 1, sizeof *locks);
  for (int i = 0; i <= count; i++) pthread_mutex_init(locks + i, 0);
  for (int i = 1; i <= count; i++) {
    pthread_mutex_lock(locks);
    pthread_mutex_lock(locks + i);
    pthread_mutex_unlock(locks + i);
    pthread_mutex_unlock(locks);
  }
}
static int unlock_free_lock(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_unlock(&mutex);
  return 0;
}
static int nest_and_unlock_free_lock(void) {
  nest(2000);
  return unlock_free_lock();
}
static int size_limit(void) {
  struct rlimit limit = {1024, 1024};
  setrlimit(RLIMIT_FSIZE, &limit);
  nest(2000);
  return 0;
}
static int use_all_numbers(const char *path) {
  nest(20);
  close_range(3, ~0U, 0);
  int file = open(path, O_RDWR | O_CREAT, 0600);
  for (int i = file + 1; i < 1024; i++) dup2(file, i);
  nest(20);
  return lseek(file, 0, SEEK_END) != 0;
}
static long bare(long number, long first, long second) {
  long result;
  asm volatile("syscall" : "=a"(result)
               : "a"(number), "D"(first), "S"(second), "d"(0) : "rcx", "r11", "memory");
  return result;
}
static int use_all_numbers_behind_libcs_back(const char *path) {
  nest(20);
  for (int i = 3; i < 1024; i++) bare(SYS_close, i, 0);
  int file = open(path, O_RDWR | O_CREAT, 0600);
  for (int i = file + 1; i < 1024; i++) bare(SYS_dup2, file, i);
  nest(20);
  return lseek(file, 0, SEEK_END) != 0;
}
/* In a root without the record, and with no right to open it: then there is only the descriptor. */
static int daemon_closing_by(const char *way) {
  char empty[] = "/tmp/lockweave-root-XXXXXX";
  nest(20);
  if (!mkdtemp(empty) || chroot(empty) || chdir("/") || setgid(65534) || setuid(65534)) return 9;
  if (!strcmp(way, "close")) for (int i = 3; i < 1024; i++) close(i);
  if (!strcmp(way, "closefrom")) closefrom(3);
  if (!strcmp(way, "close_range")) close_range(3, ~0U, 0);
  if (!strcmp(way, "syscall")) syscall(SYS_close_range, 3, ~0U, 0);
  if (!strcmp(way, "dup2")) for (int i = 3; i < 1024; i++) dup2(2, i);
  nest(20);
  return 0;
}
static int drop_rights(const char *root) {
  pid_t child = fork();
  if (child == 0) {
    if (chroot(root) || chdir("/") || setgid(65534) || setuid(65534)) _exit(9);
    nest(20);
    pid_t inner = fork();
    if (inner == 0) { nest(3); _exit(0); }
    int status = 1;
    waitpid(inner, &status, 0);
    _exit(status != 0);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return status != 0;
}
static int sandbox(void) {  /* any call but these kills */
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 8, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 7, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 6, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_brk, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpid, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_newfstatat, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof code / sizeof *code, code};
  nest(3);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 77;
  nest(2000);
  return 0;
}
static int address_space(void) {
  struct rlimit limit = {64 << 20, 64 << 20};
  setrlimit(RLIMIT_AS, &limit);
  nest(50000);
  return 0;
}
static int start(const char *path) {
  pid_t child = fork();
  if (child == 0) execl(path, path, (char *)0);
  int status = 1;
  waitpid(child, &status, 0);
  return status != 0;
}
int main(int argc, char **argv) {
  const char *what = argv[1];
  const char *with = argc > 2 ? argv[2] : "";
  int code = !strcmp(what, "finding")     ? unlock_free_lock()
             : !strcmp(what, "both")      ? nest_and_unlock_free_lock()
             : !strcmp(what, "limit")     ? size_limit()
             : !strcmp(what, "numbers")   ? use_all_numbers(with)
             : !strcmp(what, "bare")      ? use_all_numbers_behind_libcs_back(with)
             : !strcmp(what, "daemon")    ? daemon_closing_by(with)
             : !strcmp(what, "rights")    ? drop_rights(with)
             : !strcmp(what, "sandbox")   ? sandbox()
             : !strcmp(what, "memory")    ? address_space()
             : !strcmp(what, "start")     ? start(with)
             : !strcmp(what, "raw exit")  ? (int)bare(SYS_exit_group, 0, 0)
             : !strcmp(what, "exit call") ? (int)syscall(SYS_exit_group, 0)
                                          : 0;
  if (code == 0) puts("ok");
  return code;
}
"""


def build(name, source, *flags):
    path = FOLDER / f"{name}.c"
    path.write_text(source)
    subprocess.run(["cc", "-g", "-O1", "-pthread", path, "-o", FOLDER / name, *flags], check=True)
    return FOLDER / name


def lockweave(*arguments, **more):
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith("LOCKWEAVE_")} | {"LOCKWEAVE_RUNTIME": RUNTIME}
    return subprocess.run([LOCKWEAVE, *arguments], env=environment, text=True, cwd=FOLDER,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)


class Surroundings(unittest.TestCase):
    def setUp(self):
        self.output = FOLDER / self.id().rsplit(".", maxsplit=1)[-1]

    def run_with(self, *arguments, output=None, **more):
        return lockweave("run", "--output", output or self.output, "--", FOLDER / "program",
                         *arguments, **more)

    def records(self):
        return sorted(self.output.glob("*/*.jsonl"))

    def as_plain(self, result):
        self.assertEqual((result.returncode, result.stdout), (0, "ok\n"), result.stderr)

    def test_a_limit_on_file_sizes(self):
        result = self.run_with("limit")
        self.as_plain(result)
        self.assertIn("not recorded", result.stderr)
        self.assertIn('{"end":"exit","status":0}', self.records()[0].read_text())

    def test_a_limit_that_was_there_before(self):
        for size in (0, 100, 1024, 4096):
            def limit(bytes_max=size):
                resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))
            result = self.run_with("finding", preexec_fn=limit)
            self.assertEqual((result.returncode, result.stdout), (66, "ok\n"), result.stderr)
            self.assertIn("unlock-not-held", result.stderr)

    def test_a_disk_that_is_full(self):
        if os.geteuid() != 0:
            self.skipTest("mounting a small disk needs root")
        disk = FOLDER / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).returncode != 0:
            self.skipTest("this system allows no mounts")
        try:
            result = self.run_with("both", output=disk)
            self.assertEqual((result.returncode, result.stdout), (66, "ok\n"), result.stderr)
            self.assertIn("unlock-not-held", result.stderr)
            self.assertIn("not recorded", result.stderr)
        finally:
            subprocess.run(["umount", disk], check=True)

    def record_is_whole(self, result):
        self.as_plain(result)
        (record,) = self.records()
        lines = [json.loads(line) for line in record.read_text().splitlines()]
        self.assertEqual(sum("seen" in line for line in lines), 40)
        self.assertEqual(lines[-1], {"end": "exit", "status": 0})

    def test_all_descriptors_are_closed_and_their_numbers_used_again(self):
        self.record_is_whole(self.run_with("numbers", FOLDER / "other"))

    def test_the_same_by_bare_system_calls(self):
        self.record_is_whole(self.run_with("bare", FOLDER / "other"))

    def test_a_daemon_that_cannot_open_the_record_again(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give up rights")
        for way in ("close", "closefrom", "close_range", "syscall", "dup2"):
            with self.subTest(way=way):
                self.record_is_whole(self.run_with("daemon", way))
                shutil.rmtree(self.output)

    def test_another_root_and_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give up rights")
        root = FOLDER / "root"
        root.mkdir()
        root.chmod(0o777)
        result = self.run_with("rights", root)
        self.as_plain(result)
        self.assertIn("cannot write a record", result.stderr)
        self.assertIn('{"lost":"processes","count":1}', "".join(r.read_text() for r in self.records()))
        self.assertEqual(list(root.iterdir()), [])

    def test_a_sandbox_that_kills(self):
        result = self.run_with("sandbox")
        if result.returncode == 77:
            self.skipTest("this system has no seccomp")
        self.as_plain(result)
        self.assertIn("sandbox", result.stderr)

    def test_little_memory(self):
        self.as_plain(self.run_with("memory"))

    def test_an_end_that_nobody_sees(self):
        result = self.run_with("raw exit")
        self.assertEqual(result.returncode, 0)
        self.assertIn("ended unseen", result.stderr)
        self.assertNotIn("no findings", result.stderr)

    def test_an_end_by_libcs_syscall(self):
        self.assertEqual(self.run_with("exit call").returncode, 0)
        self.assertIn('{"end":"exit_group","status":0}', self.records()[0].read_text())

    def test_a_static_child_is_counted(self):
        static = build("static", "int main(void) { return 0; }", "-static")
        self.as_plain(self.run_with("start", static))
        self.assertIn('{"lost":"children","count":1}', "".join(r.read_text() for r in self.records()))

    def test_records_are_for_their_owner_and_without_arguments(self):
        self.as_plain(self.run_with("", "--password=geheim", umask=0))
        record = self.records()[0]
        self.assertEqual(stat.S_IMODE(record.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(record.parent.stat().st_mode), 0o700)
        self.assertNotIn("geheim", record.read_text())
        asked = lockweave("run", "--output", self.output, "--options", "record_arguments=1", "--",
                          FOLDER / "program", "", "geheim")
        self.as_plain(asked)
        self.assertIn("geheim", "".join(r.read_text() for r in self.records()))


class RaisedRights(unittest.TestCase):
    """A set-user-id program that is linked with the runtime."""

    def test_obeys_no_variable_of_its_caller(self):
        if os.geteuid() != 0:
            self.skipTest("only root can make a program another user's")
        os.chmod(FOLDER, 0o755)
        library = FOLDER / "lib"
        library.mkdir()
        shutil.copy(RUNTIME, library / "liblockweave.so")
        program = build("raised", PROGRAM, "-Wl,--no-as-needed", library / "liblockweave.so",
                        f"-Wl,-rpath,{library}")
        os.chown(program, 65534, -1)
        program.chmod(0o4755)
        reporter = FOLDER / "reporter"
        reporter.write_text(f"#!/bin/sh\ntouch {FOLDER}/started\n")
        reporter.chmod(0o755)
        open_folder = FOLDER / "open"
        open_folder.mkdir()
        open_folder.chmod(0o777)
        settings = f"reporter={reporter}:exitcode=9:log_path={open_folder}/log"
        environment = {"PATH": os.environ["PATH"], "TMPDIR": str(open_folder),
                       "LOCKWEAVE_RUN": f"dir={open_folder};root=1;cli={reporter};preload=",
                       "LOCKWEAVE_OPTIONS": f"{settings}:output={open_folder}/out"}
        result = subprocess.run([program, "finding"], env=environment, text=True, timeout=60,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((result.returncode, result.stdout), (66, "ok\n"))
        self.assertIn("unlock-not-held", result.stderr)
        self.assertEqual(list(open_folder.iterdir()), [])
        self.assertFalse((FOLDER / "started").exists())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="lockweave-surroundings-") as folder_name:
        FOLDER = pathlib.Path(folder_name)
        build("program", PROGRAM)
        unittest.main(argv=sys.argv[:1], verbosity=2)
