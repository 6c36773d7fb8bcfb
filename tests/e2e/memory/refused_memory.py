#!/usr/bin/env python3
# tests/e2e/memory/refused_memory.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Refuses the runtime memory, one request at a time over a program's whole run, and all from one on.

    refused_memory.py LOCKWEAVE PROGRAM [--every N]

Whatever is refused: the program prints and ends as it does without Lockweave, nothing is reported that
is not there, and where all further memory is refused, the summary says what was lost.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

TIMEOUT_S = 60


def run(arguments, refuse):
    """Returns what is wrong with that run, and whether it told of a loss."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, LW_REFUSE=refuse)
        command = [arguments.lockweave, "run", "--color", "never", "--output", folder, "--",
                   arguments.program]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True,
                                  timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return f"{refuse}: hangs", False
    told = done.stderr
    lost = "not recorded" in told or "ended unseen" in told or "no record" in told
    if done.stdout != arguments.plain:
        return f"{refuse}: prints {done.stdout!r}\n{told}", lost
    allowed = (0, 3) if lost else (0,)
    if done.returncode not in allowed:
        return f"{refuse}: ends with {done.returncode}\n{told}", lost
    return None, lost


def requests_of(arguments):
    with tempfile.TemporaryDirectory() as folder:
        told = pathlib.Path(folder) / "requests"
        subprocess.run([arguments.lockweave, "run", "--quiet", "--output", folder, "--",
                        arguments.program], env=dict(os.environ, LW_REQUESTS=str(told)),
                       capture_output=True, timeout=TIMEOUT_S, check=True)
        return int(told.read_text())


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
    wrong = [complaint for complaint, _ in results if complaint]
    wrong += [f"{refuse}: nothing is said to be lost"
              for refuse, (complaint, lost) in zip(onward, results[len(single):])
              if not lost and not complaint]
    silent = sum(not lost for _, lost in results[:len(single)])
    for complaint in wrong:
        print(complaint)
    print(f"{requests} requests: {len(single)} refused alone ({silent} were no loss), "
          f"{len(onward)} with all that followed: {len(wrong)} complaints")
    return 1 if wrong or requests < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
