#!/usr/bin/env python3
# tests/e2e/run_options.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Options of the runtime and of `run`, exit codes, bad input: each on a real program.

Usage: run_options.py LOCKWEAVE RUNTIME_LIBRARY
"""
import json
import os
import pathlib
import resource
import select
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

# Where this runs in the background they may be ignored, and children would inherit that.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    signal.signal(_number, signal.SIG_DFL)

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCKWEAVE, RUNTIME = (os.path.abspath(path) for path in sys.argv[1:3])
SANITIZED = b"__asan_report_store8" in pathlib.Path(LOCKWEAVE).read_bytes()
BUILT = {}

SOURCES = {
    "clean": "int main(void) { return 0; }",
    "fails": "int main(void) { return 7; }",
    "dies": "#include <stdlib.h>\nint main(void) { abort(); }",
    "double_lock": """
#include <pthread.h>
#include <stdio.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
int main(void) { printf("before\\n"); pthread_mutex_lock(&m); pthread_mutex_lock(&m); return 0; }
""",
    "unlocks_free_lock": """
#include <pthread.h>
#include <stdio.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
int main(int argc, char **argv) {
  pthread_mutex_unlock(&m);
  printf("went on\\n");
  return argc > 1 ? argv[1][0] - '0' : 0;
}
""",
    # WAY: how it deals with children, of which it has none.
    "reaps_all": """
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void on_child(int number) {
  (void)number;
  if (write(1, "SIGCHLD\\n", 8) != 8) _exit(3);
  while (waitpid(-1, 0, WNOHANG) > 0) {}
}
static void *reap(void *unused) {
  for (;;) if (wait(0) > 0 && write(1, "child\\n", 6) != 6) _exit(3); else sched_yield();
  return unused;
}
int main(int argc, char **argv) {
  struct sigaction action;
  pthread_t reaper;
  if (argc != 2) return 2;
  memset(&action, 0, sizeof action);
  action.sa_handler = strcmp(argv[1], "ignored") == 0 ? SIG_IGN
                      : strcmp(argv[1], "handled") == 0 ? on_child : SIG_DFL;
  if (strcmp(argv[1], "no-zombies") == 0) action.sa_flags = SA_NOCLDWAIT;
  sigaction(SIGCHLD, &action, 0);
  if (strcmp(argv[1], "thread") == 0) pthread_create(&reaper, 0, reap, 0);
  pthread_mutex_unlock(&m);
  return 0;
}
""",
    "handler_after_others": """
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
__attribute__((noinline)) void take(void) { pthread_mutex_lock(&m); pthread_mutex_unlock(&m); }
void on_signal(int number) { take(); (void)number; }
int main(void) {
  signal(SIGUSR1, on_signal);
  take();
  if (fork() == 0) { raise(SIGUSR1); _exit(0); }
  return wait(0) < 0;
}
""",
    "both_orders": """
#include <pthread.h>
pthread_mutex_t accounts = PTHREAD_MUTEX_INITIALIZER, journal = PTHREAD_MUTEX_INITIALIZER;
pthread_barrier_t done;
__attribute__((noinline)) void *transfer(void *unused) {
  pthread_mutex_lock(&accounts); pthread_mutex_lock(&journal);
  pthread_mutex_unlock(&journal); pthread_mutex_unlock(&accounts);
  pthread_barrier_wait(&done);
  return unused;
}
int main(void) {
  pthread_t thread;
  pthread_barrier_init(&done, 0, 2);
  pthread_create(&thread, 0, transfer, 0);
  pthread_barrier_wait(&done);
  pthread_mutex_lock(&journal); pthread_mutex_lock(&accounts);
  pthread_mutex_unlock(&accounts); pthread_mutex_unlock(&journal);
  return pthread_join(thread, 0);
}
""",
    # THREADS threads one after the other, but not so that it is known; each takes LOCKS locks in all
    # orders, each begun with another one.
    "all_orders": """
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
static int locks;
static pthread_mutex_t ring[1000];
static volatile long turn;
static void *all(void *own) {
  while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) != (long)own) sched_yield();
  for (int first = 0; first < locks; ++first) {
    for (int i = 0; i < locks; ++i) pthread_mutex_lock(&ring[(first + i) % locks]);
    for (int i = 0; i < locks; ++i) pthread_mutex_unlock(&ring[(first + i) % locks]);
  }
  __atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST);
  return 0;
}
int main(int argc, char **argv) {
  pthread_t threads[8];
  int count = argc > 2 ? atoi(argv[2]) : 1;
  locks = atoi(argv[1]);
  for (int i = 0; i < locks; ++i) pthread_mutex_init(&ring[i], 0);
  if (count == 1) return all(0) != 0;
  for (long i = 0; i < count; ++i) pthread_create(&threads[i], 0, all, (void *)i);
  for (int i = 0; i < count; ++i) pthread_join(threads[i], 0);
  return 0;
}
""",
    # A lock whose name is made for the terminal, and for a log reader.
    "wild_names": r"""
#include "lockweave/annotations.h"
#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
int main(void) {
  LOCKWEAVE_NAME(&a, "A\n::error file=x.c::owned\n\033[31m\033]0;T\007\xc2\x9b\xe2\x80\xae");
  LOCKWEAVE_NAME(&b, "B\r::warning::");
  pthread_mutex_unlock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&a);
  return 0;
}
""",
    # Its own malloc takes a lock that is part of the deadlock.
    "locked_allocator": (ROOT / "tests/peers/hanging/allocator_locked.c").read_text(),
    # A worker takes the lock and waits for a byte that never comes, main waits for the lock. A pipe's
    # reader may always be woken from outside, so this is no certain deadlock.
    "stalls": """
#include <pthread.h>
#include <unistd.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
int told[2], never[2];
void *worker(void *unused) {
  char byte = 0;
  pthread_mutex_lock(&m);
  if (write(told[1], &byte, 1) != 1) return 0;
  if (read(never[0], &byte, 1) != 1) return 0;
  pthread_mutex_unlock(&m);
  return unused;
}
int main(void) {
  pthread_t thread;
  char byte;
  if (pipe(told) != 0 || pipe(never) != 0) return 1;
  pthread_create(&thread, 0, worker, 0);
  if (read(told[0], &byte, 1) != 1) return 1;
  if (write(1, "locked\\n", 7) != 7) return 1;
  pthread_mutex_lock(&m);
  return 0;
}
""",
    # The same, and the byte comes: from standard input.
    # A long wait for a lock that each byte of the input ends: first the parent's, then its child's.
    "lasts_in_child": """
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int locked[2];
static void *hold(void *unused) {
  char byte = 0;
  pthread_mutex_lock(&m);
  if (write(locked[1], &byte, 1) != 1 || read(0, &byte, 1) != 1) _exit(2);
  pthread_mutex_unlock(&m);
  return unused;
}
static void wait_long(void) {
  pthread_t holder;
  char byte;
  pthread_create(&holder, 0, hold, 0);
  if (read(locked[0], &byte, 1) != 1) _exit(2);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_join(holder, 0);
}
int main(void) {
  int status = 1;
  if (pipe(locked) != 0) return 1;
  wait_long();
  if (fork() == 0) { wait_long(); return 0; }
  return wait(&status) > 0 ? status != 0 : 1;
}
""",
    "lasts": """
#include <pthread.h>
#include <unistd.h>
pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
int told[2];
void *worker(void *unused) {
  char byte = 0;
  pthread_mutex_lock(&m);
  if (write(told[1], &byte, 1) != 1 || read(0, &byte, 1) != 1) return 0;
  pthread_mutex_unlock(&m);
  return unused;
}
void *reader(void *unused) {
  pthread_rwlock_wrlock(&shared);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_rwlock_unlock(&shared);
  return unused;
}
int main(void) {
  pthread_t threads[2];
  char byte;
  if (pipe(told) != 0) return 1;
  pthread_create(&threads[0], 0, worker, 0);
  if (read(told[0], &byte, 1) != 1) return 1;
  pthread_create(&threads[1], 0, reader, 0);
  pthread_mutex_lock(&m);
  pthread_mutex_unlock(&m);
  pthread_join(threads[0], 0);
  pthread_join(threads[1], 0);
  return 0;
}
""",
    "labels": """
#include <pthread.h>
pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
void *inner(void *unused) {
  pthread_mutex_lock(&a); pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b); pthread_mutex_unlock(&a);
  return unused;
}
void *outer(void *unused) {
  pthread_t child;
  pthread_create(&child, 0, inner, 0); pthread_join(child, 0);
  return inner(unused);
}
int main(void) {
  for (int i = 0; i < 3; ++i) {
    pthread_t child;
    pthread_create(&child, 0, outer, 0); pthread_join(child, 0);
  }
  return 0;
}
""",
}


def program(name, *flags):
    key = (name, flags)
    if key not in BUILT:
        source = FOLDER / f"{name}.c"
        source.write_text(SOURCES[name])
        BUILT[key] = FOLDER / f"{name}{len(BUILT)}"
        subprocess.run(["gcc", "-O1", "-g", "-pthread", source, "-o", BUILT[key], *flags], check=True)
    return str(BUILT[key])


def environment(options=None, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("LOCKWEAVE_")}
    env["LOCKWEAVE_RUNTIME"] = RUNTIME
    if options is not None:
        env["LOCKWEAVE_OPTIONS"] = options
    return env | more


def lockweave(*arguments, options=None, timeout=60):
    return subprocess.run([LOCKWEAVE, *map(str, arguments)], env=environment(options), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                          cwd=FOLDER, stdin=subprocess.DEVNULL)


def run(name, *arguments, options=None, flags=()):
    return lockweave("run", *flags, "--", program(name), *arguments, options=options)


class ExitCodes(unittest.TestCase):
    def test_halt_on_error_ends_at_the_cycle(self):
        for halt, end in (("0", "exit"), ("1", "deadlock")):
            out = FOLDER / f"halt-{halt}"
            result = run("both_orders", options=f"halt_on_error={halt}", flags=["--output", out])
            self.assertEqual(result.returncode, 66)
            self.assertIn("error[lock-order-cycle]", result.stderr)
            self.assertIn(f'"end":"{end}"', next(out.glob("*/both_orders*")).read_text())

    def test_clean(self):
        self.assertEqual(run("clean").returncode, 0)

    def test_findings_turn_0_into_66(self):
        result = run("unlocks_free_lock")
        self.assertEqual((result.returncode, result.stdout), (66, "went on\n"))
        self.assertIn("error[unlock-not-held]", result.stderr)

    def test_a_failing_program_keeps_its_code(self):
        self.assertEqual(run("fails").returncode, 7)
        self.assertEqual(run("unlocks_free_lock", "3").returncode, 3)

    def test_killed_by_a_signal(self):
        self.assertEqual(run("dies").returncode, 128 + signal.SIGABRT)

    def test_fail_on_never(self):
        self.assertEqual(run("unlocks_free_lock", flags=["--fail-on", "never"]).returncode, 0)

    def test_output_before_a_deadlock_is_kept(self):
        result = run("double_lock")
        self.assertEqual((result.returncode, result.stdout), (66, "before\n"))
        self.assertIn("error[double-lock]", result.stderr)


class TheSearchIsBounded(unittest.TestCase):
    def test_all_orders_of_one_thread_are_clean(self):
        result = run("all_orders", 200)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("no findings", result.stderr)
        self.assertNotIn("incomplete", result.stderr)

    def test_all_orders_of_two_threads_are_found(self):
        result = run("all_orders", 60, 2)
        self.assertEqual(result.returncode, 66)
        self.assertIn("error[lock-order-cycle]", result.stderr)


class StackOfAHandler(unittest.TestCase):
    def test_is_the_handlers_where_others_took_the_lock_before(self):
        json_file = FOLDER / "handler.json"
        run("handler_after_others", flags=["--json", json_file])
        [finding] = json.loads(json_file.read_text())["findings"]
        self.assertEqual(finding["rule"], "signal-unsafe-lock")
        stack = finding["flows"][0]["steps"][0]["stack"]
        self.assertIn("on_signal", [site.get("function") for site in stack])


class SegmentsApart(unittest.TestCase):
    """Page sizes other than the machine's leave holes between a program's segments."""

    def test_stacks_and_identity_are_those_of_a_program_without_holes(self):
        for number, more in enumerate((["-no-pie"], ["-pie"])):
            linked = program("both_orders", "-Wl,-z,max-page-size=0x200000,-z,separate-code", *more)
            out = FOLDER / f"apart-{number}"
            self.assertEqual(lockweave("run", "--output", out, "--", linked).returncode, 66)
            record = next(out.glob("*/*.jsonl")).read_text().replace("\0", "")
            entries = [json.loads(line) for line in record.splitlines() if line]
            stacks = [entry["frames"] for entry in entries if "frames" in entry]
            self.assertTrue(stacks)
            self.assertTrue(all(len(stack) > 1 for stack in stacks), stacks)
            modules = [entry for entry in entries if entry.get("path") == linked]
            self.assertEqual(len(modules), 1, modules)
            self.assertIn("build_id", modules[0])


class WildNames(unittest.TestCase):
    """What others chose is shown, never acted on: on the terminal, in files, and raw."""

    def assert_tame(self, text):
        self.assertEqual([c for c in text if c != "\n" and not c.isprintable()], [])
        self.assertEqual([line for line in text.splitlines() if line.lstrip().startswith("::")], [])
        self.assertIn(r"A\n::error file=x.c::owned\n\x1b[31m\x1b]0;T\x07\u{9b}\u{202e}", text)

    def program(self):
        return program("wild_names", f"-I{ROOT}/runtime/include")

    def test_on_the_terminal_and_in_files(self):
        out = FOLDER / "out-wild"
        self.assert_tame(lockweave("run", "--output", out, "--", self.program()).stderr)
        text = FOLDER / "wild.txt"
        lockweave("gate", "--all", "--text", text, out)
        self.assert_tame(text.read_text())
        baseline = FOLDER / "wild-baseline.txt"
        lockweave("gate", "--baseline", baseline, "--update-baseline", out)
        self.assertEqual([c for c in baseline.read_text() if c != "\n" and not c.isprintable()], [])

    def test_in_complaints(self):
        wild = "no\n::error::such\033[31m"
        for arguments in (["report", wild], ["gate", "--baseline", wild, FOLDER], ["run", "--", wild],
                          ["doctor", wild], ["explain", wild], [wild]):
            result = lockweave(*arguments)
            said = result.stdout + result.stderr
            self.assertEqual([c for c in said if c != "\n" and not c.isprintable()], [], said)
            self.assertNotIn("\n::", said)

    def test_in_the_runtimes_own_words(self):
        env = environment("nonsense\n::error::=1")
        result = subprocess.run([LOCKWEAVE, "run", "--", program("clean")], env=env, text=True,
                                capture_output=True, cwd=FOLDER, timeout=60)
        self.assertIn(r"nonsense\n", result.stderr)
        self.assertNotIn("\n::", result.stderr)


class RequestsToEnd(unittest.TestCase):
    """While it is told what was found, by a symboliser that never answers."""

    def end(self, number, *arguments):
        tools = FOLDER / f"bin-{self.id()}"
        tools.mkdir()
        os.mkfifo(tools / "started")
        stuck = tools / "llvm-symbolizer-19"
        stuck.write_text(f"#!/bin/sh\necho $$ > {tools}/started\nexec tail -f /dev/null\n")
        stuck.chmod(0o755)
        env = environment() | {"PATH": f"{tools}:{os.environ['PATH']}"}
        child = subprocess.Popen([LOCKWEAVE, *map(str, arguments)], env=env, text=True, cwd=FOLDER,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        helper = os.pidfd_open(int((tools / "started").read_text()))
        child.send_signal(number)
        _, said = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 128 + number)
        self.assertIn("ended by a signal", said)
        self.assertEqual(len(select.select([helper], [], [], 20)[0]), 1, "the helper lives on")
        os.close(helper)

    def test_report_and_gate(self):
        out = FOLDER / "out-ended"
        lockweave("run", "--output", out, "--", program("unlocks_free_lock"))
        self.end(signal.SIGTERM, "report", out)

    def test_run(self):
        self.end(signal.SIGINT, "run", "--", program("unlocks_free_lock"))


class SuppressionFiles(unittest.TestCase):
    def setUp(self):
        self.file = FOLDER / f"{self.id()}.txt"

    def run_with(self, text):
        self.file.write_text(text)
        return run("both_orders", flags=["--suppressions", self.file])

    def test_by_lock_function_and_file(self):
        for pattern in ("lock-order-cycle:accounts", "lock-order-cycle:transfer", "*:*both_*.c"):
            with self.subTest(pattern=pattern):
                self.assertEqual(self.run_with(f"# known\n{pattern}\n").returncode, 0)

    def test_another_rule_or_name_leaves_it_and_is_listed(self):
        for pattern in ("deadlock:accounts", "lock-order-cycle:balances"):
            with self.subTest(pattern=pattern):
                result = self.run_with(f"{pattern}\n")
                self.assertEqual(result.returncode, 66)
                self.assertIn("error[lock-order-cycle]", result.stderr)
                self.assertIn(pattern, result.stderr)


class Linked(unittest.TestCase):
    """Without the launcher, linked with the library."""

    def start(self, name, options, *arguments, **more):
        flags = (RUNTIME, f"-Wl,-rpath,{os.path.dirname(RUNTIME)}")
        return subprocess.run([program(name, "-Wl,--no-as-needed", *flags), *arguments],
                              env=environment(options, **more), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, cwd=FOLDER)

    def start_alone(self, name, options="", **more):
        """In a temporary folder of its own; also the records that it leaves there."""
        temporary = tempfile.mkdtemp(dir=FOLDER)
        result = self.start(name, options, TMPDIR=temporary, **more)
        return result, sorted(pathlib.Path(temporary).glob("lockweave.*/*.jsonl"))

    def test_reports_by_itself_and_exits_66(self):
        result = self.start("unlocks_free_lock", f"reporter={LOCKWEAVE}")
        self.assertEqual((result.returncode, result.stdout), (66, "went on\n"))
        self.assertIn("error[unlock-not-held]", result.stderr)

    def test_the_program_neither_hears_of_the_reporter_nor_takes_its_result(self):
        for way in ("ignored", "no-zombies", "handled", "thread"):
            with self.subTest(way):
                result = self.start("reaps_all", f"reporter={LOCKWEAVE}", way)
                self.assertEqual((result.returncode, result.stdout), (66, ""))
                self.assertIn("error[unlock-not-held]", result.stderr)

    def test_a_reporter_that_is_killed_makes_nothing_green(self):
        killed = FOLDER / "killed_reporter"
        killed.write_text("#!/bin/sh\nkill -9 $$\n")
        killed.chmod(0o755)
        result, records = self.start_alone("unlocks_free_lock", f"reporter={killed}")
        self.assertEqual((result.returncode, len(records)), (66, 1))
        self.assertIn(f"lockweave report {records[0]}", result.stderr)

    def test_exitcode_option(self):
        result = self.start("unlocks_free_lock", f"exitcode=5:reporter={LOCKWEAVE}")
        self.assertEqual(result.returncode, 5)

    def test_without_the_command_it_still_tells(self):
        result = self.start("double_lock", "reporter=/nonexistent/lockweave")
        self.assertEqual((result.returncode, result.stdout), (66, "before\n"))
        self.assertIn("double-lock", result.stderr)

    def test_tells_of_a_deadlock_in_the_programs_allocator(self):
        result = self.start("locked_allocator", f"reporter={LOCKWEAVE}")
        self.assertEqual(result.returncode, 66)
        self.assertIn("error[deadlock]", result.stderr)

    def test_the_command_is_found_in_the_path(self):
        path = os.path.dirname(LOCKWEAVE) + ":" + os.environ["PATH"]
        result, records = self.start_alone("unlocks_free_lock", PATH=path)
        self.assertEqual((result.returncode, records), (66, []))
        self.assertIn("error[unlock-not-held]", result.stderr)

    def test_without_the_command_the_record_stays(self):
        result, records = self.start_alone("unlocks_free_lock", "reporter=/nowhere/lockweave")
        self.assertEqual((result.returncode, len(records)), (66, 1))
        self.assertIn(f"lockweave report {records[0]}", result.stderr)
        self.assertIn("unlock-not-held", lockweave("report", "--stderr", records[0]).stderr)

    def test_a_deadlock_without_the_command_has_places(self):
        result, records = self.start_alone("double_lock", "reporter=/nowhere/lockweave")
        self.assertEqual((result.returncode, len(records)), (66, 1))
        self.assertRegex(result.stderr, r"wants mutex 0x[0-9a-f]+ at \w+\+0x[0-9a-f]+")
        self.assertIn(f"lockweave report {records[0]}", result.stderr)

    def test_suppressions_that_cannot_be_read_make_nothing_green(self):
        for missing in ("", "/nowhere/lockweave"):
            reporter = f"reporter={missing or LOCKWEAVE}"
            result, records = self.start_alone("unlocks_free_lock",
                                          f"{reporter}:suppressions=/nowhere/list")
            self.assertEqual((result.returncode, len(records)), (66, 1))

    def test_fail_on_never_needs_no_command(self):
        result, _ = self.start_alone("unlocks_free_lock", "reporter=/nowhere/lockweave:fail_on=never")
        self.assertEqual(result.returncode, 0)

    def test_own_failure_is_kept(self):
        result = self.start("unlocks_free_lock", f"reporter={LOCKWEAVE}", "4")
        self.assertEqual(result.returncode, 4)

    def test_log_path(self):
        log = FOLDER / "log"
        result = self.start("unlocks_free_lock", f"reporter={LOCKWEAVE}:log_path={log}")
        self.assertNotIn("unlock-not-held", result.stderr)
        logs = list(FOLDER.glob("log.*"))
        self.assertEqual(len(logs), 1)
        self.assertIn("error[unlock-not-held]", logs[0].read_text())

    def test_log_path_stdout(self):
        result = self.start("unlocks_free_lock", f"reporter={LOCKWEAVE}:log_path=stdout")
        self.assertIn("error[unlock-not-held]", result.stdout)

    def test_leaves_no_record_behind(self):
        result, records = self.start_alone("unlocks_free_lock", f"reporter={LOCKWEAVE}")
        self.assertEqual((result.returncode, records), (66, []))

    def test_output_option_keeps_the_record(self):
        kept = FOLDER / "kept"
        kept.mkdir()
        self.start("clean", f"output={kept}")
        self.assertEqual(len(list(kept.glob("*.jsonl"))), 1)

    def test_output_option_makes_its_folder(self):
        kept = FOLDER / "to" / "be" / "made"
        for runs in (1, 2):
            result = self.start("clean", f"output={kept}")
            self.assertEqual(result.stderr, "")
            self.assertEqual(len(list(kept.glob("*.jsonl"))), runs)


class LogPath(unittest.TestCase):
    """`run` writes where ThreadSanitizer would: PREFIX.<pid of the program>."""

    def setUp(self):
        self.prefix = FOLDER / self.id()

    def log(self):
        (log,) = FOLDER.glob(f"{self.id()}.*")
        self.assertTrue(log.suffix[1:].isdigit(), log)
        return log.read_text()

    def test_findings_go_to_the_log(self):
        result = run("unlocks_free_lock", options=f"log_path={self.prefix}")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (66, "went on\n", ""))
        self.assertIn("error[unlock-not-held]", self.log())
        self.assertNotIn("\033", self.log())

    def test_by_the_commands_own_option(self):
        result = run("unlocks_free_lock", options="log_path=/nowhere/x",
                     flags=["--options", f"log_path={self.prefix}"])
        self.assertEqual((result.returncode, result.stderr), (66, ""))
        self.assertIn("error[unlock-not-held]", self.log())

    def test_a_deadlock_that_was_told_at_once_is_in_the_log_in_full(self):
        result = run("double_lock", options=f"log_path={self.prefix}")
        self.assertEqual((result.returncode, result.stderr), (66, ""))
        self.assertIn("locks `m` again", self.log())

    def test_nothing_to_tell_writes_nothing(self):
        result = run("clean", options=f"log_path={self.prefix}")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(list(FOLDER.glob(f"{self.id()}.*")), [])

    def test_standard_streams_by_name(self):
        self.assertIn("error[unlock-not-held]",
                      run("unlocks_free_lock", options="log_path=stderr").stderr)
        result = run("unlocks_free_lock", options="log_path=stdout")
        self.assertIn("error[unlock-not-held]", result.stdout)
        self.assertEqual(result.stderr, "")

    def test_a_log_that_cannot_be_written(self):
        result = run("unlocks_free_lock", options="log_path=/nowhere/x")
        self.assertEqual(result.returncode, 2)
        self.assertIn("/nowhere/x.", result.stderr)


class OnDeadlock(unittest.TestCase):
    def test_abort(self):
        result = run("double_lock", flags=["--on-deadlock", "abort"])
        self.assertEqual(result.returncode, 128 + signal.SIGABRT)
        self.assertIn("error[double-lock]", result.stderr)

    def test_wait_reports_and_leaves_the_process_alone(self):
        process = subprocess.Popen([LOCKWEAVE, "run", "--on-deadlock", "wait", "--",
                                    program("double_lock")], env=environment(), text=True,
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=FOLDER)
        first = process.stderr.readline()
        while first and "double-lock" not in first:
            first = process.stderr.readline()
        self.assertIn("double-lock", first)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)


class Stalls(unittest.TestCase):
    def start(self, *flags):
        process = subprocess.Popen([LOCKWEAVE, "run", *flags, "--", program("stalls")], text=True,
                                   env=environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=FOLDER)
        self.assertEqual(process.stdout.readline(), "locked\n")
        return process

    def wait_until_blocked(self, process):
        """The program is a child of the launcher; its main thread sleeps in the lock at last."""
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while True:
            child = children.read_text().split()[0]
            if pathlib.Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] == "S":
                return int(child)
            os.sched_yield()

    def test_sigterm_tells_who_waits_for_whom(self):
        process = self.start()
        self.wait_until_blocked(process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assertIn("SIGTERM arrived while threads wait", said)
        self.assertRegex(said, r"main thread waits for .*`m`, which .* holds")
        self.assertIn("stalls.c:", said)  # lines, not offsets
        self.assertNotIn("note[deadlock]: SIGTERM", said.split("lockweave:")[-1])
        self.assertNotIn("ended unseen", said)  # the first time it lives, then the launcher has seen it
        self.assertIn("nothing found so far in 1 process; 1 process ended by a signal", said)

    def test_sigterm_without_reporter_prints_offsets(self):
        process = self.start("--options", "reporter=/nonexistent")
        self.wait_until_blocked(process)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assertIn("held by thread 0.0", said)

    def test_a_long_wait_for_a_lock_is_told_once_and_changes_nothing(self):
        process = subprocess.Popen([LOCKWEAVE, "run", "--options", "stall_note=1", "--",
                                    program("lasts")], text=True, env=environment(),
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=FOLDER)
        said = line = process.stderr.readline()
        while line and "lockweave: 1 note" not in line:
            line = process.stderr.readline()
            said += line
        self.assertIn("note[deadlock]: a thread has waited 1 second for a lock", said)
        self.assertIn("lasts.c:", said)
        self.assertIsNone(process.poll())
        _, rest = process.communicate("x", timeout=30)
        self.assertEqual(process.returncode, 0, rest)
        self.assertEqual((said + rest).count("a thread has waited"), 2)  # then, and in the summary

    def test_a_child_tells_its_own_long_wait(self):
        process = subprocess.Popen([LOCKWEAVE, "run", "--options", "stall_note=1", "--",
                                    program("lasts_in_child")], text=True, env=environment(),
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=FOLDER)
        too_long = threading.Timer(100, process.kill)
        too_long.start()
        for _ in ("parent", "child"):
            said = iter(process.stderr.readline, "")
            self.assertTrue(any("a thread has waited 1 second for a lock" in line for line in said))
            process.stdin.write("x")
            process.stdin.flush()
        process.communicate(timeout=60)
        too_long.cancel()
        self.assertEqual(process.returncode, 0)

    def test_status_signal_prints_and_goes_on(self):
        process = self.start("--status-signal", str(int(signal.SIGUSR1)))
        child = self.wait_until_blocked(process)
        os.kill(child, signal.SIGUSR1)
        line = process.stderr.readline()
        self.assertIn("status", line)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGKILL)
        os.kill(child, signal.SIGKILL)
        process.communicate(timeout=30)

    def test_hang_timeout_warns_and_ends_nothing(self):
        process = self.start("--hang-timeout", "1")
        child = self.wait_until_blocked(process)
        records = []
        while not any('"variant":"stall"' in text for text in records):
            records = [path.read_text(errors="replace")
                       for path in (FOLDER / "lockweave-out").glob("*/stalls*.jsonl")]
            os.sched_yield()
        self.assertIsNone(process.poll())
        os.kill(child, signal.SIGKILL)
        _, said = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGKILL)
        self.assertIn("warning[deadlock]: a wait lasts longer than the hang timeout", said)


class BadInput(unittest.TestCase):
    def expect(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_unknown_program(self):
        self.expect(lockweave("run", "--", "no-such-program"), 2, "no-such-program")

    def test_no_program(self):
        self.assertEqual(lockweave("run").returncode, 2)

    def test_static_program(self):
        result = lockweave("run", "--", program("clean", "-static"))
        self.expect(result, 2, "static")

    def test_setuid_program(self):
        if os.geteuid() != 0:
            self.skipTest("only root can make a program another user's")
        path = program("clean", "-DSETUID")
        os.chown(path, 65534, -1)
        os.chmod(path, os.stat(path).st_mode | stat.S_ISUID)
        self.expect(lockweave("run", "--", path), 2, "set-user-id")

    def test_output_folder_that_cannot_be_made(self):
        blocker = FOLDER / "a-file"
        blocker.write_text("")
        self.expect(run("clean", flags=["--output", blocker / "out"]), 2, "a-file")

    def test_unknown_option_key_only_warns(self):
        result = run("clean", options="exit_code=3")
        self.expect(result, 0, "unknown key", "exitcode")

    def record_of(self, name):
        out = FOLDER / f"out-{self.id()}"
        lockweave("run", "--output", out, "--", program(name))
        return next(out.glob("*/*.jsonl"))

    def test_record_cut_in_the_middle_is_told_as_far_as_it_goes(self):
        record = self.record_of("unlocks_free_lock")
        text = record.read_text()
        cut = text[:text.index('"finding"')] + '"finding":"unlock'
        record.write_text(cut)
        self.assertEqual(lockweave("report", record).returncode, 0)

    def test_damaged_record_keeps_what_came_before(self):
        record = self.record_of("unlocks_free_lock")
        lines = record.read_text().splitlines()
        record.write_text("\n".join([*lines[:-1], "{not json", lines[-1]]) + "\n")
        result = lockweave("report", "--stderr", record)
        self.expect(result, 3, "unlock-not-held", str(len(lines)))

    def test_record_of_another_version(self):
        record = self.record_of("clean")
        record.write_text(record.read_text().replace('"version":1', '"version":99'))
        self.expect(lockweave("report", record), 2, record.name, "99")

    def by_hand(self, name, *entries):
        record = FOLDER / f"{name}.jsonl"
        header = {"lockweave": "record", "version": 1, "tool": "x", "pid": 7, "exe": "/opt/sample"}
        end = {"end": "exit", "status": 0}
        record.write_text("".join(json.dumps(one) + "\n" for one in (header, *entries, end)))
        return record

    @staticmethod
    def opposite_orders(module, lock=2, second=2, thread=2):
        def take(acquisition, outer, of):
            return {"acquisition": acquisition, "outer": outer, "object": of, "stack": 1}
        return [{"module": 1, "path": str(module)}, {"stack": 1, "frames": [[1, 4096]]},
                {"thread": 1, "label": "0"}, {"thread": thread, "parent": 1, "label": "0.0"},
                {"object": 1, "kind": "mutex", "in_module": [1, 64]},
                {"object": lock, "kind": "mutex", "in_module": [1, 128]},
                take(1, 0, 1), take(second, 1, lock), take(3, 0, lock), take(4, 3, 1),
                {"seen": second, "thread": 1, "segment": 1}, {"seen": 4, "thread": thread, "segment": 0}]

    @staticmethod
    def limit_memory():
        """Nor for any that it does not touch. A sanitizer needs the address space."""
        if not SANITIZED:
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

    def test_ids_that_are_made_up_ask_for_no_memory(self):
        far = 4_000_000_000
        for given in ({}, {"lock": far}, {"second": far}, {"thread": far}):
            record = self.by_hand("far", *self.opposite_orders("/opt/sample", **given))
            told = FOLDER / "far.txt"
            with told.open("w") as output:
                process = subprocess.Popen([LOCKWEAVE, "report", record], stdout=output,
                                           stderr=output, preexec_fn=self.limit_memory)
                _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0, told.read_text())
            self.assertLess(used.ru_maxrss, 1 << 20)  # KiB
            self.assertIn("lock-order-cycle", told.read_text())

    def test_a_module_that_is_a_pipe_is_not_waited_for(self):
        pipe = FOLDER / "module-pipe"
        os.mkfifo(pipe)
        result = lockweave("report", self.by_hand("pipe", *self.opposite_orders(pipe)))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("module-pipe+0x1000", result.stdout)
        for option in ("--suppressions", "--baseline"):
            result = lockweave("gate", option, pipe, self.by_hand("pipe"))
            self.expect(result, 2, "module-pipe", "it is no regular file")

    def test_a_ring_of_thousands(self):
        count = 4000
        entries = [{"thread": 1, "label": "0"}]
        for i in range(1, count + 1):
            entries += [{"thread": i + 1, "parent": 1, "label": f"0.{i}"},
                        {"object": i, "kind": "mutex", "name": f"m{i}"}, {"acquisition": i, "object": i}]
        steps = [{"thread": i + 1, "action": "wants", "object": i % count + 1, "other": i % count + 2,
                  "held": i} for i in range(1, count + 1)]
        ring = self.by_hand("ring", *entries, {"finding": "deadlock", "object": 1, "steps": steps})
        result = lockweave("report", "--quiet", ring)
        self.assertIn("1 error", result.stdout)

    def test_what_cannot_be_printed_is_said(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([LOCKWEAVE, "report", self.by_hand("clean")], stdout=full,
                                    stderr=subprocess.PIPE, text=True, timeout=60)
        self.expect(result, 2, "cannot write to standard output", "No space left")

    def test_unreadable_record(self):
        self.expect(lockweave("report", FOLDER / "missing.jsonl"), 2, "missing.jsonl")


class Labels(unittest.TestCase):
    """What names threads, operations and locks must be the same in two runs."""

    def labels(self, run_number):
        out = FOLDER / f"labels-{run_number}"
        lockweave("run", "--output", out, "--", program("labels"))
        entries = [json.loads(line) for line in
                   next(out.glob("*/*.jsonl")).read_text().splitlines()]
        stacks = {e["stack"]: tuple(map(tuple, e["frames"])) for e in entries if "stack" in e and
                  "frames" in e}
        threads = [e["label"] for e in entries if "label" in e]
        objects = [(stacks[e["first"]][:1], e.get("ordinal", 0)) for e in entries if "object" in e
                   and "kind" in e]
        return threads, objects

    def test_equal_in_two_runs(self):
        threads, objects = self.labels(1)
        self.assertEqual((threads, objects), self.labels(2))
        self.assertIn("0.1.0", threads)
        self.assertEqual(len(objects), 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="lockweave-options-") as folder_name:
        FOLDER = pathlib.Path(folder_name)
        unittest.main(argv=sys.argv[:1], verbosity=2)
