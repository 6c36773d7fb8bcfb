#!/usr/bin/env python3
# tests/e2e/memory/refused_memory.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Refuses the runtime memory, one request at a time over a program's whole run, and all from one on.

    refused_memory.py LOCKWEAVE PROGRAM [--every N]

Whatever is refused: the program prints and ends as it does without Lockweave, nothing is reported that
is not there, and where all further memory is refused, the summary says what was lost. How many requests
a run makes depends on how its threads meet, so each run counts its own.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

TIMEOUT_S = 60
REFUSED_FOR_A_LOSS = 25  # fewer may all be of those that lose nothing: a table's early growth, a hint


def run(arguments, refuse):
    """Returns what is wrong with that run, whether it told of a loss, and how many requests it refused."""
    with tempfile.TemporaryDirectory() as folder:
        counted = pathlib.Path(folder) / "requests"
        environment = dict(os.environ, LW_REFUSE=refuse, LW_REQUESTS=str(counted))
        command = [arguments.lockweave, "run", "--color", "never", "--output", folder, "--",
                   arguments.program]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True,
                                  timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return f"{refuse}: hangs", False, 0
        refused = int(counted.read_text().split()[1]) if counted.exists() else 0
    told = done.stderr
    lost = "not recorded" in told or "ended unseen" in told or "no record" in told
    if done.stdout != arguments.plain:
        return f"{refuse}: prints {done.stdout!r}\n{told}", lost, refused
    allowed = (0, 3) if lost else (0,)
    if done.returncode not in allowed:
        return f"{refuse}: ends with {done.returncode}\n{told}", lost, refused
    return None, lost, refused


def requests_of(arguments):
    with tempfile.TemporaryDirectory() as folder:
        told = pathlib.Path(folder) / "requests"
        subprocess.run([arguments.lockweave, "run", "--quiet", "--output", folder, "--",
                        arguments.program], env=dict(os.environ, LW_REQUESTS=str(told)),
                       capture_output=True, timeout=TIMEOUT_S, check=True)
        return int(told.read_text().split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lockweave")
    parser.add_argument("program")
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    arguments.plain = subprocess.run([arguments.program], capture_output=True, text=True,
                                     timeout=TIMEOUT_S, check=True).stdout
    requests = requests_of(arguments)
    single = [f"{n}:{n}" for n in range(1, requests + 1, arguments.every)]
    onward = [f"{n}:{10 ** 9}" for n in range(1, requests + 1, 8 * arguments.every)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda refuse: run(arguments, refuse), single + onward))
    wrong = [complaint for complaint, _, _ in results if complaint]
    wrong += [f"{refuse}: nothing is said to be lost, {refused} requests were refused"
              for refuse, (complaint, lost, refused) in zip(onward, results[len(single):])
              if refused >= REFUSED_FOR_A_LOSS and not lost and not complaint]
    reached = [lost for _, lost, refused in results[:len(single)] if refused]
    for complaint in wrong:
        print(complaint)
    print(f"{requests} requests: {len(reached)} refused alone ({reached.count(False)} were no loss), "
          f"{len(onward)} with all that followed: {len(wrong)} complaints")
    return 1 if wrong or len(reached) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
