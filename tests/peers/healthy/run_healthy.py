#!/usr/bin/env python3
# tests/peers/healthy/run_healthy.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Healthy programs that look dead: builds each with every compiler there is, runs it many times under
`lockweave run` while other runs keep the cores busy, and demands exit status 0, the output of the
plain run, and not a single finding.

A program with the line `// heavy` is repeated a tenth as often.
Exit code: 0 all healthy, 1 not, 2 wrong usage.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_S = 60
FLAGS = ["-O1", "-g", "-pthread", "-D_GNU_SOURCE", "-Wall", "-Wextra",
         f"-I{HERE.parents[2] / 'runtime' / 'include'}"]
COMPILERS = {"gcc": ("gcc", "g++"), "clang": ("clang-19", "clang++-19")}
# What a run says of a healthy program: the last line, and who waits when it is told to end.
EXPECTED_TEXT = re.compile(r"^(lockweave: (no findings|1 note) in .*"
                           r"|lockweave: SIGTERM arrived while threads wait .*"
                           r"|note\[deadlock\]: SIGTERM arrived while threads wait.*)\n"
                           r"( .*\n|\n)*", re.M)

Program = collections.namedtuple("Program", "name path expected heavy")


def built(source, compiler, folder):
    name = f"{source.stem}.{compiler}"
    path = folder / name
    cxx = source.suffix == ".cc"
    command = [COMPILERS[compiler][cxx], *FLAGS, *(["-std=c++20"] if cxx else []), str(source),
               "-o", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or done.stderr:
        sys.exit(f"{name} does not build cleanly:\n{done.stderr}")
    plain = subprocess.run([str(path)], capture_output=True, text=True, timeout=TIMEOUT_S)
    if plain.returncode != 0 or plain.stderr:
        sys.exit(f"{name} fails plain: exit status {plain.returncode}\n{plain.stderr}")
    return Program(name, path, plain.stdout, "\n// heavy\n" in source.read_text())


def build_all(options):
    sources = sorted(path for path in HERE.iterdir()
                     if path.suffix in (".c", ".cc") and re.search(options.filter, path.stem))
    wanted = [name for name in COMPILERS
              if all(shutil.which(part) for part in COMPILERS[name])]
    options.build_dir.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = [pool.submit(built, source, compiler, options.build_dir)
                 for source in sources for compiler in wanted]
        return [task.result() for task in tasks]


def found_in(report):
    try:
        results = json.loads(report.read_text())
    except (OSError, ValueError) as error:
        return [f"no report: {error}"]
    listed = results["findings"] + results["low_confidence"]
    if results["summary"]["incomplete"]:
        listed.append({"rule": "incomplete", "message": str(results["notes"])})
    return [f"{finding['rule']}: {finding['message']}" for finding in listed]


def run_once(program, options):
    """What is wrong, as text; empty if nothing."""
    with tempfile.TemporaryDirectory(prefix="lockweave-healthy-") as folder:
        report = pathlib.Path(folder, "report.json")
        command = [str(options.lockweave), "run", "--output", f"{folder}/records", "--json",
                   str(report), "--", str(program.path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                                  timeout=TIMEOUT_S, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as late:
            return f"hangs\n{(late.stderr or b'').decode(errors='replace')}"
        complaints = found_in(report)
    if done.returncode != 0:
        complaints.append(f"exit status {done.returncode}")
    if done.stdout != program.expected:
        complaints.append(f"stdout {done.stdout!r}, plain {program.expected!r}")
    if EXPECTED_TEXT.sub("", done.stderr):
        complaints.append(f"stderr {done.stderr}")
    return "\n".join(complaints)


def run_all(programs, options):
    """Round after round, so that a run always has different neighbours."""
    failures = collections.defaultdict(list)
    runs = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = []
        for round_number in range(options.repeat):
            for program in programs:
                if not program.heavy or round_number % 10 == 0:
                    tasks.append((program, pool.submit(run_once, program, options)))
        for program, task in tasks:
            runs += 1
            if task.result():
                failures[program.name].append(task.result())
    return runs, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lockweave", type=pathlib.Path, required=True, help="the command")
    parser.add_argument("--runtime", help="liblockweave.so, if not the command's own")
    parser.add_argument("--build-dir", type=pathlib.Path, required=True)
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 1), metavar="J")
    parser.add_argument("--filter", default="", help="regular expression, of program names")
    options = parser.parse_args()
    options.lockweave = options.lockweave.resolve()
    if options.runtime:
        os.environ["LOCKWEAVE_RUNTIME"] = os.path.abspath(options.runtime)
    programs = build_all(options)
    begin = time.monotonic()
    runs, failures = run_all(programs, options)
    for name, texts in sorted(failures.items()):
        print(f"FAILED {name}: {len(texts)} times, first:\n{texts[0]}")
    failed = sum(len(texts) for texts in failures.values())
    print(f"{len(programs)} programs, {runs} runs, {failed} failed, "
          f"{time.monotonic() - begin:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
