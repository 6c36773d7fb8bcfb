#!/usr/bin/env python3
# tests/peers/beside.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A dozen and a half of the end-to-end programs beside other detectors: gcc's and clang's
ThreadSanitizer, Helgrind, and Lockweave, each with a time-out. Prints the comparison that README.md
cites, and compares it with what was measured when that was written (MEASURED below).

What a cell says, of locks and waits only (complaints about memory accesses do not count):
    reports      the bug is reported
    hangs        it happens, and the program hangs without a word
    told, hangs  something is said of it, and still the program hangs
    silent       nothing is said: right for a program without a bug, a miss for one with a bug
    false alarm  something is said of a program without a bug
    crashes      the detector gives up
    -            the detector is not installed

`tools/check --peers` runs this. Exit code: 0 as measured, 1 not, 2 wrong usage.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

PROGRAMS = pathlib.Path(__file__).resolve().parents[1] / "e2e/programs"
EXIT_FINDINGS = 66
FLAGS = ["-std=c++20", "-O1", "-g", "-pthread", f"-I{PROGRAMS.parents[2] / 'runtime/include'}"]

# Detector -> how the program is built, what it is started by, how long it may take.
DETECTORS = {
    "gcc TSan": (["g++", "-fsanitize=thread"], [], 8),
    "clang TSan": (["clang++-19", "-fsanitize=thread"], [], 8),
    "Helgrind": (["g++"], ["valgrind", "--tool=helgrind"], 12),
    "Lockweave": (["g++"], None, 20),
}

# What each said on Debian 12: gcc 12.2, clang 19.1.7, Valgrind 3.19.
MEASURED = {
    "deadlock_two_threads": ("hangs", "hangs", "hangs", "reports"),
    "self_deadlock": ("hangs", "hangs", "hangs", "reports"),
    "join_under_lock": ("hangs", "hangs", "hangs", "reports"),
    "future_cycle": ("hangs", "hangs", "hangs", "reports"),
    "lost_wakeup": ("hangs", "hangs", "hangs", "reports"),
    "nested_monitor": ("hangs", "hangs", "hangs", "reports"),
    "semaphore_inversion": ("hangs", "hangs", "hangs", "reports"),
    "two_lock_cycle": ("reports", "reports", "reports", "reports"),
    "try_lock_then_lock": ("reports", "reports", "reports", "reports"),
    "lock_leak": ("silent", "silent", "reports", "reports"),
    "destroyed_while_held": ("silent", "silent", "reports", "reports"),
    "condvar_two_mutexes": ("silent", "silent", "reports", "reports"),
    "same_thread_both_orders": ("false alarm", "false alarm", "false alarm", "silent"),
    "gate_lock": ("false alarm", "false alarm", "false alarm", "silent"),
    "hand_over_hand": ("false alarm", "false alarm", "false alarm", "silent"),
    "stack_reuse": ("false alarm", "false alarm", "silent", "silent"),
    "scoped_lock_both_orders": ("silent", "silent", "false alarm", "silent"),
    "timed_locks": ("false alarm", "silent", "false alarm", "silent"),
    "many_locks": ("crashes", "crashes", "silent", "silent"),
}

# Words of the others' reports that are about locks and waits.
ABOUT_LOCKS = re.compile(
    r"lock-order-inversion|double lock|unlock of an unlocked|destroy of a locked|"
    r"lock order .* violated|holds? lock|still holds|unlocked a (?:not-locked|lock)|"
    r"locks a|holding lock|associated with a different mutex|"
    r"pthread_[a-z_]+ (?:with|of|destruction)|not held by|destroy of|dubious", re.I)
GAVE_UP = re.compile(r"CHECK failed|FATAL|DEADLYSIGNAL|the 'impossible' happened")


def has_bug(source):
    return "expect-none" not in source.read_text()


def build(source, compiler, folder):
    """The program; None if there is no such compiler."""
    if shutil.which(compiler[0]) is None:
        return None
    program = folder / f"{source.stem}.{'.'.join(compiler)}"
    subprocess.run([*compiler, *FLAGS, source, "-o", program], check=True)
    return program


def run(command, seconds, environment):
    """(exit status, or None: out of time; all it wrote)."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True, env=environment)
    try:
        text = child.communicate(timeout=seconds)[0]
        return child.returncode, text.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return None, child.communicate()[0].decode(errors="replace")


def cell(status, text, said, bug):
    if GAVE_UP.search(text):
        return "crashes"
    if status is None:
        return "told, hangs" if said else "hangs"
    if said:
        return "reports" if bug else "false alarm"
    return "silent"


def judge(source, name, options):
    compiler, starter, seconds = DETECTORS[name]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LOCKWEAVE_")}
    if starter is None:
        environment["LOCKWEAVE_RUNTIME"] = str(options.runtime)
        starter = [options.lockweave, "run", "--output", options.folder / "records", "--"]
    elif starter and shutil.which(starter[0]) is None:
        return "-"
    program = options.built[source, *compiler].result()
    if program is None:
        return "-"
    status, text = run([*starter, program], seconds, environment)
    said = status == EXIT_FINDINGS if name == "Lockweave" else ABOUT_LOCKS.search(text) is not None
    if options.show:
        print(f"=== {source.stem}, {name}: {status}\n{text}")
    return cell(status, text, said, has_bug(source))


def print_table(rows):
    width = max(map(len, rows))
    print("program".ljust(width), "  bug ", *(name.ljust(11) for name in DETECTORS), sep="  ")
    for name, cells in rows.items():
        bug = "yes" if has_bug(PROGRAMS / f"{name}.cc") else "no"
        print(name.ljust(width), f"  {bug.ljust(4)}", *(text.ljust(11) for text in cells), sep="  ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--lockweave", type=pathlib.Path, required=True, help="the command")
    parser.add_argument("--runtime", type=pathlib.Path, required=True, help="liblockweave.so")
    parser.add_argument("--filter", default="", help="regular expression on the program's name")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--show", action="store_true", help="print what each detector wrote")
    options = parser.parse_args()
    options.lockweave = options.lockweave.resolve()
    options.runtime = options.runtime.resolve()
    names = [name for name in MEASURED if re.search(options.filter, name)]
    with tempfile.TemporaryDirectory(prefix="lockweave-beside-") as folder:
        options.folder = pathlib.Path(folder)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            sources = [PROGRAMS / f"{name}.cc" for name in names]
            compilers = {tuple(compiler) for compiler, _, _ in DETECTORS.values()}
            options.built = {(source, *compiler): pool.submit(build, source, compiler,
                                                              options.folder)
                             for source in sources for compiler in compilers}
            tasks = {name: [pool.submit(judge, PROGRAMS / f"{name}.cc", detector, options)
                            for detector in DETECTORS] for name in names}
            rows = {name: [task.result() for task in row] for name, row in tasks.items()}
    print_table(rows)
    changed = 0
    for name, cells in rows.items():
        for detector, got, measured in zip(DETECTORS, cells, MEASURED[name]):
            if got not in ("-", measured):
                changed += 1
                print(f"{name}: {detector} {got!r}, was {measured!r}")
    print(f"{sum(map(len, rows.values())) - changed} cells as measured, {changed} not")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
