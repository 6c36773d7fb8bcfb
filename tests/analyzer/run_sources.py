#!/usr/bin/env python3
# tests/analyzer/run_sources.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The analyzer on small programs, from source to finding: every rule where it must report, and on
look-alikes where it must be silent.

A program is a file in sources/RULE/, or a folder there with several files, in folders of its own if it
likes. Libraries that need not be installed are declared in stubs/. What must be found stands
beside the line: `expect: RULE`; of several lines with `expect-either: RULE` in one program exactly
one. Nothing else may be found.

Usage: run_sources.py --lockweave LOCKWEAVE [--filter TEXT] [--jobs N] [--all]
"""
import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "sources"
STUBS = SOURCES.parent / "stubs"
EXPECT = re.compile(r"(expect(?:-either)?): ([a-z-]+)")


def programs():
    for rule in sorted(SOURCES.iterdir()):
        for entry in sorted(rule.iterdir()):
            if entry.is_dir():
                yield entry, sorted(f for f in entry.rglob("*") if f.suffix in (".c", ".cc"))
            elif entry.suffix in (".c", ".cc"):
                yield entry, [entry]


def expectations(files):
    exact, either = set(), {}
    for file in files:
        for number, line in enumerate(file.read_text().splitlines(), 1):
            for kind, rule in EXPECT.findall(line):
                spot = (rule, file.name, number)
                if kind == "expect":
                    exact.add(spot)
                else:
                    either.setdefault(rule, set()).add(spot)
    return exact, either


def findings(files, arguments):
    flags = ["-std=c11"] if files[0].suffix == ".c" else ["-std=c++20"]
    run = subprocess.run(
        [arguments.lockweave, "analyze", "--no-cache", "--quiet", "--fail-on", "never", "--json", "-",
         *map(str, files), "--", *flags, "-pthread", "-isystem", str(STUBS)],
        capture_output=True, text=True, timeout=120, check=False)
    if run.returncode != 0:
        return None, run.stderr + run.stdout
    document = json.loads(run.stdout)
    found = [(f["rule"], os.path.basename(f["place"].get("file", "")), f["place"].get("line", 0))
             for f in document["findings"]]
    return found, run.stdout


def judge(program, arguments):
    """The complaints about one program."""
    path, files = program
    exact, either = expectations(files)
    found, output = findings(files, arguments)
    if found is None:
        return path, ["failed: " + output.strip()]
    complaints = []
    for spot in sorted(exact - set(found)):
        complaints.append("missing    %s %s:%d" % spot)
    for rule, spots in sorted(either.items()):
        if len([spot for spot in found if spot in spots]) != 1:
            complaints.append(f"not once   {rule} at one of "
                              + ", ".join(f"{s[1]}:{s[2]}" for s in sorted(spots)))
    for spot in found:
        if found.count(spot) > 1 and spot in exact:
            complaints.append("twice      %s %s:%d" % spot)
        if spot not in exact and spot not in either.get(spot[0], set()):
            complaints.append("unexpected %s %s:%d" % spot)
    return path, complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lockweave", required=True)
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    chosen = [p for p in programs() if arguments.filter in str(p[0].relative_to(SOURCES))]
    if not chosen:
        sys.exit("run_sources: no program matches")
    wrong = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for path, complaints in pool.map(lambda p: judge(p, arguments), chosen):
            wrong += bool(complaints)
            for complaint in complaints:
                print(f"{path.relative_to(SOURCES)}: {complaint}")
    print(f"{len(chosen)} programs, {wrong} not as expected")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
