#!/usr/bin/env python3
# tests/tidy/follow_one_lock.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Walks docs/follow_one_lock.md: every `file`: `name` it points at must exist, and the program it
shows must leave the record it describes.

Usage: follow_one_lock.py [LOCKWEAVE COMMAND]; without a command only the names are checked.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "follow_one_lock.md"
POINTER = re.compile(r"`([\w./]+\.(?:h|cc))`: ((?:`\w+`(?:, )?)+)")
PROGRAM = """
#include <atomic>
#include <mutex>
#include <thread>
std::atomic<int> step{0};
%s
int main() {
  std::thread first([] { one(); step = 1; while (step != 2) std::this_thread::yield(); });
  std::thread second([] { while (step != 1) std::this_thread::yield(); two(); step = 2; });
  first.join();
  second.join();
}
"""


def pointers(text):
    for file, names in POINTER.findall(text.replace("\n", " ")):
        for name in re.findall(r"`(\w+)`", names):
            yield file, name


def missing_names(text):
    for file, name in pointers(text):
        path = ROOT / file
        if not path.is_file():
            yield f"{file}: no such file"
        elif not re.search(rf"\b{name}\b", path.read_text()):
            yield f"{file}: no `{name}` in it"


def build(text, folder):
    code = re.search(r"```c\+\+\n(.*?)```", text, re.S).group(1)
    source = folder / "walk.cc"
    source.write_text(PROGRAM % code)
    program = folder / "walk"
    subprocess.run(["g++", "-O2", "-g", "-pthread", "-o", program, source], check=True)
    return program


def entries_of(folder):
    record = next((folder / "out").glob("*/*.jsonl"))
    return [json.loads(line) for line in record.read_text().splitlines() if line.strip("\0")]


def nested_acquisition_was_seen(entries):
    inner = [e for e in entries if "acquisition" in e and e.get("outer")]
    seen = {e["seen"] for e in entries if "seen" in e}
    return len(inner) == 2 and all(e["acquisition"] in seen for e in inner)


def walk(text, command):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = build(text, folder)
        run = subprocess.run([command, "run", "--output", folder / "out", "--", program],
                             stderr=subprocess.PIPE, text=True, timeout=60)
        if run.returncode != 66 or "lock-order-cycle" not in run.stderr:
            yield f"the run should report the cycle and give 66, not {run.returncode}:\n{run.stderr}"
        if not nested_acquisition_was_seen(entries_of(folder)):
            yield "the record does not hold both nested acquisitions with their observations"


def main():
    text = PAGE.read_text()
    complaints = list(missing_names(text))
    if sum(1 for _ in pointers(text)) < 15:
        complaints.append("the page points at fewer than 15 names: has its form changed?")
    if len(sys.argv) > 1:
        complaints += walk(text, sys.argv[1])
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
