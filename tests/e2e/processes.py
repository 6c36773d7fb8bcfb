#!/usr/bin/env python3
# tests/e2e/processes.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Several processes: locks in shared memory are one lock in all of them, and the launcher stands in
nobody's way when signals come. Each on a real program.

Usage: processes.py LOCKWEAVE RUNTIME_LIBRARY
"""
import ctypes
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

# Where this runs in the background they may be ignored, and children would inherit that.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    signal.signal(_number, signal.SIG_DFL)

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCKWEAVE, RUNTIME = (os.path.abspath(path) for path in sys.argv[1:3])
BUILT = {}

# The region has four mutexes and a counter of steps; roles take two mutexes one after the other.
REGION = """
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct region {
  atomic_int steps;
  pthread_mutex_t slots[4];
};

static void make_slots(struct region *region) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  for (int i = 0; i < 4; ++i) pthread_mutex_init(&region->slots[i], &attributes);
}

static void await_step(struct region *region, int step) {
  while (region->steps < step) sched_yield();
}

static void take_both(struct region *region, int first, int second) {
  pthread_mutex_lock(&region->slots[first]);
  pthread_mutex_lock(&region->slots[second]);
  pthread_mutex_unlock(&region->slots[second]);
  pthread_mutex_unlock(&region->slots[first]);
}
"""

SOURCES = {
    # FORKED a b c d: the child takes a inside which b, then the parent c inside which d.
    "forked": REGION + """
int main(int argc, char **argv) {
  if (argc != 5) return 2;
  struct region *region = mmap(0, sizeof *region, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  make_slots(region);
  if (fork() == 0) {
    take_both(region, atoi(argv[1]), atoi(argv[2]));
    ++region->steps;
    await_step(region, 2);
    return 0;
  }
  await_step(region, 1);
  take_both(region, atoi(argv[3]), atoi(argv[4]));
  ++region->steps;
  return wait(0) > 0 ? 0 : 1;
}
""",
    # A program that makes the region, and one that finds it: they share the name and nothing else.
    "maker": REGION + """
int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int file = shm_open(argv[1], O_CREAT | O_EXCL | O_RDWR, 0600);
  if (file < 0 || ftruncate(file, sizeof(struct region)) != 0) return 1;
  struct region *region = mmap(0, sizeof *region, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  make_slots(region);
  take_both(region, 0, 1);
  return 0;
}
""",
    # Says what arrives and ends with 5 on SIGTERM; `default` leaves every signal to its disposition,
    # `continued` only says when it goes on after a stop.
    "signals": """
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static void on_continue(int number) { if (write(1, "continued\\n", 10) != 10) _exit(number); }
static void on_term(int number) { (void)number; _exit(5); }
int main(int argc, char **argv) {
  sigset_t all;
  siginfo_t info;
  sigfillset(&all);
  const char *mode = argc > 1 ? argv[1] : "";
  setlinebuf(stdout);
  if (strcmp(mode, "told") == 0) sigprocmask(SIG_BLOCK, &all, 0);
  if (strcmp(mode, "continued") == 0) { signal(SIGCONT, on_continue); signal(SIGTERM, on_term); }
  puts("ready");
  while (strcmp(mode, "told") != 0) pause();
  while (sigwaitinfo(&all, &info) != SIGTERM)
    printf("%d %d\\n", info.si_signo, info.si_code == SI_QUEUE ? info.si_value.sival_int : -1);
  return 5;
}
""",
    # Preloaded: every change of the signal mask takes its time.
    "slow_masks": """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <time.h>
int sigprocmask(int how, const sigset_t *set, sigset_t *before) {
  const struct timespec time = {0, 20000000};
  int (*real)(int, const sigset_t *, sigset_t *) = dlsym(RTLD_NEXT, "sigprocmask");
  const int result = real(how, set, before);
  nanosleep(&time, 0);  // allow-sleep: the window it widens is what is tested
  return result;
}
""",
    # Many threads nest two locks, one after another; then a child does nothing but end.
    "forks_late": """
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static void *nest(void *argument) {
  pthread_mutex_lock(&outer);
  pthread_mutex_lock(&inner);
  pthread_mutex_unlock(&inner);
  pthread_mutex_unlock(&outer);
  return argument;
}
int main(void) {
  for (int i = 0; i < 200; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, 0, nest, 0) != 0 || pthread_join(thread, 0) != 0) return 2;
  }
  if (fork() == 0) return 0;
  return wait(0) > 0 ? 0 : 1;
}
""",
    # WAY: how it forks. Parent and child nest locks of their own, before and after, and the child waits on
    # a condition with a mutex that checks its owner.
    "forks": """
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static pthread_mutex_t locks[200];
static void nest(int from, int to) {
  for (int i = from; i < to; ++i) {
    pthread_mutex_lock(&locks[0]);
    pthread_mutex_lock(&locks[i]);
    pthread_mutex_unlock(&locks[i]);
    pthread_mutex_unlock(&locks[0]);
  }
}
static void wait_in_vain(void) {
  pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
  pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  struct timespec now = {0, 0};
  pthread_mutex_lock(&checked);
  pthread_cond_timedwait(&never, &checked, &now);
  pthread_mutex_unlock(&checked);
}
static int be_child(void *argument) {
  (void)argument;
  nest(50, 100);
  wait_in_vain();
  _exit(3);
}
static long bare(long number, long first) {
  long result;
  asm volatile("syscall" : "=a"(result)
               : "a"(number), "D"(first), "S"(0), "d"(0) : "rcx", "r11", "memory");
  return result;
}
static long fork_by(const char *way) {
  uint64_t arguments[8] = {0, 0, 0, 0, SIGCHLD};
  if (strcmp(way, "fork") == 0) return fork();
  if (strcmp(way, "_Fork") == 0) return _Fork();
  if (strcmp(way, "syscall fork") == 0) return syscall(SYS_fork);
  if (strcmp(way, "syscall clone") == 0) return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (strcmp(way, "syscall clone3") == 0) return syscall(SYS_clone3, arguments, sizeof arguments);
  if (strcmp(way, "bare") == 0) return bare(SYS_clone, SIGCHLD);
  char *stack = malloc(1 << 18);
  return clone(be_child, stack + (1 << 18), SIGCHLD, 0);
}
int main(int argc, char **argv) {
  if (argc != 2) return 2;
  for (int i = 0; i < 200; ++i) pthread_mutex_init(&locks[i], 0);
  nest(1, 50);
  const long child = fork_by(argv[1]);
  if (child == 0) be_child(0);
  nest(100, 150);
  int status = 0;
  if (waitpid((pid_t)child, &status, 0) != child) return 1;
  nest(150, 200);
  return WEXITSTATUS(status) == 3 ? 0 : 1;
}
""",
    # Linked with the runtime, with one finding: while main ends it with 0, a thread ends it, too, or a
    # handler after so many microseconds. The second argument says how both do.
    "ends_twice": """
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static const char *way;
static void end(void) {
  if (strcmp(way, "exit") == 0) exit(0);
  if (strcmp(way, "quick_exit") == 0) quick_exit(0);
  _exit(0);
}
static void end_now(int number) { (void)number; end(); }
static void *end_too(void *argument) {
  pthread_barrier_wait(&both);
  _exit(0);
  return argument;
}
int main(int argc, char **argv) {
  pthread_t thread;
  if (argc != 3) return 2;
  way = argv[2];
  pthread_mutex_unlock(&mutex);
  pthread_barrier_init(&both, 0, 2);
  if (strcmp(argv[1], "thread") != 0) {
    struct itimerval soon = {{0, 0}, {0, atoi(argv[1])}};
    signal(SIGALRM, end_now);
    setitimer(ITIMER_REAL, &soon, 0);
  } else {
    pthread_create(&thread, 0, end_too, 0);
    pthread_barrier_wait(&both);
  }
  end();
}
""",
    # A consumer process forgets task_done on one path and waits for more; main waits until all is done.
    "forgetful.cc": """
#include "lockweave/process.h"
#include "lockweave/process_queue.h"
static void consume(lockweave::process_queue<int> &jobs) {
  while (const auto job = jobs.get()) {
    if (*job > 0) jobs.task_done();
  }
}
int main() {
  lockweave::process_queue<int> jobs(2, "jobs");
  lockweave::process consumer([&jobs] { consume(jobs); });
  jobs.put(1);
  jobs.put(-1);
  jobs.join();
}
""",
    "finder": REGION + """
int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int file = shm_open(argv[1], O_RDWR, 0600);
  if (file < 0) return 1;
  char *elsewhere = mmap(0, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  struct region *region = mmap(elsewhere, sizeof *region, PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_FIXED, file, 0);
  take_both(region, 1, atoi(argv[2]));
  return 0;
}
""",
}


def program(name, *flags):
    if name not in BUILT:
        source = FOLDER / (name if name.endswith(".cc") else f"{name}.c")
        source.write_text(SOURCES[name])
        BUILT[name] = str(FOLDER / source.stem)
        compiler = (["g++", "-std=c++20", f"-I{ROOT / 'runtime/include'}"]
                    if source.suffix == ".cc" else ["gcc"])
        subprocess.run([*compiler, "-O1", "-g", "-pthread", source, "-o", BUILT[name],
                        *flags], check=True)
    return BUILT[name]


def environment():
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOCKWEAVE_")}
    return kept | {"LOCKWEAVE_RUNTIME": RUNTIME}


def lockweave(*arguments):
    return subprocess.run([LOCKWEAVE, *map(str, arguments)], env=environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, cwd=FOLDER,
                          stdin=subprocess.DEVNULL)


class SharedLocks(unittest.TestCase):
    def setUp(self):
        self.out = FOLDER / self.id()
        self.report = FOLDER / f"{self.id()}.json"

    def findings(self):
        return json.loads(self.report.read_text())["findings"]

    def run_forked(self, *slots):
        return lockweave("run", "--output", self.out, "--json", self.report, "--",
                         program("forked"), *slots)

    def test_forked_processes_that_take_them_in_opposite_orders(self):
        result = self.run_forked(0, 1, 1, 0)
        self.assertEqual(result.returncode, 66, result.stderr)
        (finding,) = self.findings()
        self.assertEqual((finding["rule"], finding["level"], finding["how"]),
                         ("lock-order-cycle", "warning", "predicted"))
        self.assertEqual({flow.get("process") for flow in finding["flows"]}, {"forked"})
        self.assertIn("several processes", result.stderr)

    def test_one_order_is_silent(self):
        self.assertEqual(self.run_forked(0, 1, 0, 1).returncode, 0)
        self.assertEqual(self.findings(), [])

    def test_other_slots_of_the_same_memory_are_other_locks(self):
        self.assertEqual(self.run_forked(0, 1, 1, 2).returncode, 0)
        self.assertEqual(self.findings(), [])

    def run_unrelated(self, inner):
        name = f"/lockweave-{os.getpid()}-{inner}"
        try:
            for command in ([program("maker"), name], [program("finder"), name, str(inner)]):
                done = lockweave("run", "--output", self.out, "--", *command)
                self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            pathlib.Path("/dev/shm" + name).unlink(missing_ok=True)
        return lockweave("report", "--all-runs", "--fail-on", "warning", "--json", self.report,
                         self.out)

    def test_unrelated_programs_meet_by_the_memory_they_share(self):
        result = self.run_unrelated(0)
        self.assertEqual(result.returncode, 1, result.stderr)
        (finding,) = self.findings()
        self.assertEqual((finding["rule"], finding["level"]), ("lock-order-cycle", "warning"))
        self.assertEqual(finding["seen_in"], ["finder", "maker"])

    def test_unrelated_programs_with_other_slots(self):
        result = self.run_unrelated(3)
        self.assertEqual((result.returncode, self.findings()), (0, []), result.stderr)


class Records(unittest.TestCase):
    def test_a_forked_child_records_nothing_that_its_parent_did(self):
        out = FOLDER / self.id()
        result = lockweave("run", "--output", out, "--", program("forks_late"))
        self.assertEqual(result.returncode, 0, result.stderr)
        entries = [[json.loads(line) for line in record.read_text().splitlines()]
                   for record in out.rglob("*.jsonl")]
        (child,) = [record for record in entries if not record[0]["root"]]
        self.assertEqual([next(iter(entry)) for entry in child], ["lockweave", "end"], child)


class Forks(unittest.TestCase):
    """Whatever way a process forks, its record stays its own."""

    def run_forking(self, way):
        out = FOLDER / f"{self.id()} {way}"
        result = lockweave("run", "--output", out, "--", program("forks"), way)
        self.assertEqual(result.returncode, 0, result.stderr)
        records = [[json.loads(line) for line in record.read_text().splitlines()]
                   for record in out.rglob("*.jsonl")]
        return {record[0]["root"]: record for record in records}, result.stderr

    @staticmethod
    def nestings(record):
        return sum("seen" in entry for entry in record)

    def test_a_child_has_a_record_of_its_own(self):
        for way in ("fork", "_Fork", "clone", "syscall fork", "syscall clone", "syscall clone3"):
            with self.subTest(way=way):
                records, told = self.run_forking(way)
                self.assertEqual(self.nestings(records[True]), 149)
                self.assertEqual(self.nestings(records[False]), 50)
                self.assertEqual(records[False][-1], {"end": "_exit", "status": 3})
                self.assertIn("no findings in 2 processes", told)

    def test_a_child_that_nobody_sees_is_counted_and_leaves_its_parents_record_alone(self):
        records, told = self.run_forking("bare")
        self.assertEqual(list(records), [True])
        self.assertEqual(self.nestings(records[True]), 149)
        self.assertIn({"lost": "processes", "count": 1}, records[True])
        self.assertIn("coverage was lost", told)


class Ends(unittest.TestCase):
    """What was found is told once, whoever ends the process."""

    def test_two_ends_at_a_time(self):
        library = pathlib.Path(RUNTIME)
        linked = ["-Wl,--no-as-needed", f"-L{library.parent}", "-llockweave",
                  f"-Wl,-rpath,{library.parent}"]
        # The reporter is looked for in so many folders that handlers come before it is found.
        missing = ":".join(f"/none/{number}" for number in range(4000))
        path = {"PATH": f"{missing}:{pathlib.Path(LOCKWEAVE).parent}"}
        at_once = {"LOCKWEAVE_OPTIONS": f"reporter={LOCKWEAVE}"}
        tries = [("thread", "exit", at_once)] * 3 + [("20000", "exit", at_once)]
        tries += [(str(time), way, path) for way in ("exit", "quick_exit", "_exit")
                  for time in (100, 400, 800, 1600, 3200)]
        for other, way, variables in tries:
            with self.subTest(other=other, way=way):
                result = subprocess.run([program("ends_twice", *linked), other, way], timeout=60,
                                        text=True, stderr=subprocess.PIPE,
                                        env=environment() | variables)
                self.assertEqual(result.returncode, 66, result.stderr)
                self.assertEqual(result.stderr.count("error[unlock-not-held]"), 1, result.stderr)


class Signals(unittest.TestCase):
    """What is sent to the launcher is meant for the program."""

    def start(self, mode, variables={}, **settings):
        self.process = subprocess.Popen([LOCKWEAVE, "run", "--", program("signals"), mode],
                                        env=environment() | variables, cwd=FOLDER, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, process_group=0, **settings)
        self.addCleanup(self.end)
        self.assertEqual(self.process.stdout.readline(), "ready\n")
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        self.child = int(children.read_text().split()[0])

    def end(self):
        if self.process.poll() is None:
            os.kill(self.child, signal.SIGKILL)
            self.process.kill()
        self.process.communicate(timeout=30)

    def code_after(self, number):
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode

    @staticmethod
    def await_state(pid, *states):
        stat = pathlib.Path(f"/proc/{pid}/stat")

        def state():
            try:
                return stat.read_text().rsplit(")", 1)[1].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                return "gone"
        while state() not in states:
            os.sched_yield()

    def test_the_program_ends_by_it(self):
        def without_core():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT, signal.SIGUSR1,
                       signal.SIGUSR2, signal.SIGABRT, signal.SIGALRM, signal.SIGXCPU,
                       signal.SIGRTMIN + 3):
            with self.subTest(signal=number):
                self.start("default", preexec_fn=without_core)
                self.assertEqual(self.code_after(number), 128 + number)

    def test_the_program_hears_each_and_keeps_its_exit_code(self):
        self.start("told")
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2,
                       signal.SIGWINCH, signal.SIGRTMIN + 1):
            self.process.send_signal(number)
            self.assertEqual(self.process.stdout.readline(), f"{int(number)} -1\n")
        ctypes.CDLL(None).sigqueue(self.process.pid, int(signal.SIGUSR1), ctypes.c_void_p(42))
        self.assertEqual(self.process.stdout.readline(), f"{int(signal.SIGUSR1)} 42\n")
        self.assertEqual(self.code_after(signal.SIGTERM), 5)

    def test_what_comes_after_the_end_was_meant_for_the_program(self):
        # As GNU timeout does: one to the launcher, one to all of its group.
        for repeat in range(5):
            with self.subTest(repeat=repeat):
                self.start("continued")
                self.process.send_signal(signal.SIGTERM)
                os.killpg(self.process.pid, signal.SIGTERM)
                _, text = self.process.communicate(timeout=30)
                self.assertEqual(self.process.returncode, 5)
                self.assertIn("lockweave: ", text)

    def test_a_slow_launcher_is_not_ended_by_it_either(self):
        preload = {"LD_PRELOAD": program("slow_masks", "-shared", "-fPIC", "-ldl")}
        for repeat in range(10):
            with self.subTest(repeat=repeat):
                self.start("continued", preload)
                self.process.send_signal(signal.SIGTERM)
                self.await_state(self.child, "Z", "gone")
                self.process.send_signal(signal.SIGTERM)
                self.process.communicate(timeout=30)
                self.assertEqual(self.process.returncode, 5)

    def test_what_the_program_ignores_does_not_end_the_launcher(self):
        self.start("default", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        self.process.send_signal(signal.SIGHUP)
        self.assertEqual(self.code_after(signal.SIGTERM), 128 + signal.SIGTERM)

    def test_stops_and_goes_on_with_the_program(self):
        self.start("continued")
        for _ in range(3):
            self.process.send_signal(signal.SIGTSTP)
            self.await_state(self.child, "T")
            self.await_state(self.process.pid, "T")
            self.process.send_signal(signal.SIGCONT)
            self.assertEqual(self.process.stdout.readline(), "continued\n")
            self.await_state(self.process.pid, "S")
        self.assertEqual(self.code_after(signal.SIGTERM), 5)

    def test_a_whole_group_stops_and_goes_on(self):
        self.start("continued")
        os.killpg(self.process.pid, signal.SIGTSTP)
        self.await_state(self.child, "T")
        self.await_state(self.process.pid, "T")
        os.killpg(self.process.pid, signal.SIGCONT)
        self.assertEqual(self.process.stdout.readline(), "continued\n")
        self.assertEqual(self.code_after(signal.SIGTERM), 5)

    def test_killed_outright(self):
        self.start("default")
        os.kill(self.child, signal.SIGKILL)
        self.process.communicate(timeout=30)
        self.assertEqual(self.process.returncode, 128 + signal.SIGKILL)


class QueueBetweenProcesses(unittest.TestCase):
    """Nothing proves that no other process will act, so it is a stall; each process tells its own."""

    def start(self):
        self.out, self.report = FOLDER / self.id(), FOLDER / f"{self.id()}.json"
        return subprocess.Popen([LOCKWEAVE, "run", "--hang-timeout", "1", "--output", self.out,
                                 "--json", self.report, "--", program("forgetful.cc")], text=True,
                                env=environment(), stderr=subprocess.PIPE, cwd=FOLDER)

    def stalled(self):
        """(is it the root, pid) of the processes that have told a stall."""
        told = []
        for path in self.out.glob("*/*.jsonl"):
            lines = path.read_text(errors="replace").split("\n")
            if any('"variant":"stall"' in line for line in lines):
                header = json.loads(lines[0])
                told.append((header["root"], header["pid"]))
        return sorted(told)

    def test_both_tell_by_name_what_they_wait_for(self):
        process = self.start()
        while len(self.stalled()) < 2:
            self.assertIsNone(process.poll())
            os.sched_yield()
        for _, pid in self.stalled():
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)
        findings = json.loads(self.report.read_text())["findings"]
        self.assertEqual({finding["rule"] for finding in findings}, {"deadlock"})
        self.assertEqual({finding["level"] for finding in findings}, {"warning"})
        self.assertEqual(len(findings), 2)
        places = sorted(finding["place"]["line"] for finding in findings)
        text = SOURCES["forgetful.cc"].split("\n")
        self.assertEqual([text[line - 1].strip().rsplit("(", 1)[0] for line in places],
                         ["while (const auto job = jobs.get", "jobs.join"])
        for finding in findings:
            self.assertIn("main thread waits on queue `jobs`", finding["message"])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="lockweave-processes-") as folder_name:
        FOLDER = pathlib.Path(folder_name)
        unittest.main(argv=sys.argv[:1], verbosity=2)
