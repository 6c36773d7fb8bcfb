#!/usr/bin/env python3
# tests/e2e/run_programs.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the end-to-end programs under `lockweave run` and compares what is found with what each
source says should be found, beside the line:

    // expect: RULE           exactly one finding of RULE whose place is this line
    // expect-either: RULE    all such lines of one RULE are one group: exactly one finding of RULE,
                              at one of them (which one is the tool's choice)
    // expect-none            no finding at all

The findings are those of the SARIF file; the sets must be equal. The exit code must be 66 where
something is expected, 0 where nothing is. A program that runs out of time has failed: the tool
must not hang on a deadlock. Exit code: 0 all as expected, 1 not, 2 wrong usage.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

COMMENT = re.compile(r"//\s*(expect-none|expect-either|expect)\b(?::\s*([a-z0-9, -]+))?")
EXIT_FINDINGS = 66


class Expectation:
    """What one source file says: `exact` and `either` map (rule, line) and rule -> lines."""

    def __init__(self, source):
        self.exact = set()
        self.either = {}
        silent = False
        for number, text in enumerate(source.read_text().splitlines(), 1):
            for kind, rules in COMMENT.findall(text):
                if kind == "expect-none":
                    silent = True
                for rule in filter(None, (part.strip() for part in rules.split(","))):
                    if kind == "expect":
                        self.exact.add((rule, number))
                    elif kind == "expect-either":
                        self.either.setdefault(rule, set()).add(number)
        if silent == bool(self.exact or self.either):
            raise SystemExit(f"{source}: needs either `expect-none` or expectations")

    @property
    def silent(self):
        return not self.exact and not self.either

    def differences(self, found):
        """Sentences that say how `found`, a list of (rule, file, line), differs."""
        rest = [(rule, line) for rule, _, line in found]
        complaints = []
        for wanted in sorted(self.exact):
            if wanted in rest:
                rest.remove(wanted)
            else:
                complaints.append(f"missing: {wanted[0]} at line {wanted[1]}")
        for rule, lines in sorted(self.either.items()):
            hits = [entry for entry in rest if entry[0] == rule and entry[1] in lines]
            if hits:
                rest.remove(hits[0])
            else:
                choice = " or ".join(str(line) for line in sorted(lines))
                complaints.append(f"missing: {rule} at line {choice}")
        complaints += [f"unexpected: {rule} at line {line}" for rule, line in sorted(rest)]
        return complaints


def read_sarif(path, source):
    """[(rule, file name, line)]; the line is 0 if the place is not in `source`."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    found = []
    for run in document["runs"]:
        for result in run.get("results", []):
            place = (result.get("locations") or [{}])[0].get("physicalLocation", {})
            name = os.path.basename(place.get("artifactLocation", {}).get("uri", ""))
            line = place.get("region", {}).get("startLine", 0)
            found.append((result["ruleId"], name, line if name == source.name else 0))
    return found


def run_once(options, flavour, source, program):
    """Runs one program; returns a dict that says how it went."""
    expectation = Expectation(source)
    with tempfile.TemporaryDirectory(prefix="lockweave-e2e-") as folder:
        sarif = os.path.join(folder, "x.sarif")
        command = [options.lockweave, "run", "--color", "never", "--output",
                   os.path.join(folder, "out"), "--sarif", sarif, "--", str(program)]
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("LOCKWEAVE_") or key == "LOCKWEAVE_RUNTIME"}
        begin = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, start_new_session=True,
                                 env=environment)
        complaints = []
        try:
            output = child.communicate(timeout=options.timeout)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output = child.communicate()[0].decode(errors="replace")
            complaints.append(f"no end within {options.timeout} s")
        seconds = time.monotonic() - begin
        found = []
        if not complaints:
            wanted = 0 if expectation.silent else EXIT_FINDINGS
            if child.returncode != wanted:
                complaints.append(f"exit code {child.returncode} instead of {wanted}")
            try:
                found = read_sarif(sarif, source)
            except (OSError, ValueError, KeyError) as error:
                complaints.append(f"no readable SARIF: {error}")
            else:
                complaints += expectation.differences(found)
    return {"program": source.stem, "flavour": flavour, "source": str(source),
            "ok": not complaints, "complaints": complaints, "seconds": round(seconds, 3),
            "found": [{"rule": rule, "file": name, "line": line} for rule, name, line in found],
            "output": output}


def read_manifest(path, pattern):
    entries = []
    for line in pathlib.Path(path).read_text().splitlines():
        flavour, source, program = line.split("\t")
        if re.search(pattern, f"{flavour}/{pathlib.Path(source).stem}"):
            entries.append((flavour, pathlib.Path(source), pathlib.Path(program)))
    return entries


def print_table(results):
    """One row a program, one column a flavour."""
    flavours = list(dict.fromkeys(result["flavour"] for result in results))
    cells = {}
    for result in results:
        key = (result["program"], result["flavour"])
        cells[key] = cells.get(key, True) and result["ok"]
    programs = list(dict.fromkeys(result["program"] for result in results))
    width = max(len(name) for name in programs)
    print(" " * width, *flavours, sep="  ")
    for name in programs:
        row = []
        for flavour in flavours:
            ok = cells.get((name, flavour))
            row.append(("-" if ok is None else "ok" if ok else "FAIL").ljust(len(flavour)))
        print(name.ljust(width), *row, sep="  ")


def print_failures(results, in_full=10):
    failures = [result for result in results if not result["ok"]]
    for result in failures[:in_full]:
        print(f"\n--- {result['flavour']}/{result['program']}: {'; '.join(result['complaints'])}")
        print(f"    {result['source']}")
        for line in result["output"].splitlines()[-40:]:
            print(f"    | {line}")
    if len(failures) > in_full:
        print(f"\n--- and {len(failures) - in_full} more; --json FILE has all")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--lockweave", required=True, help="the lockweave command")
    parser.add_argument("--manifest", required=True, help="manifest.txt of the built programs")
    parser.add_argument("--filter", default="", help="regular expression on FLAVOUR/PROGRAM")
    parser.add_argument("--json", help="write all results to this file")
    parser.add_argument("--repeat", type=int, default=1, help="run each program N times")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="programs at a time")
    parser.add_argument("--timeout", type=float, default=20, help="seconds for one program")
    parser.add_argument("--show", action="store_true", help="print each program's output")
    options = parser.parse_args()

    entries = read_manifest(options.manifest, options.filter) * options.repeat
    if not entries:
        parser.error(f"no program matches {options.filter!r}")
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        results = list(pool.map(lambda entry: run_once(options, *entry), entries))

    if options.show:
        for result in results:
            print(f"=== {result['flavour']}/{result['program']}\n{result['output']}")
    print_table(results)
    print_failures(results)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=2) + "\n")
    failed = sum(not result["ok"] for result in results)
    print(f"\n{len(results) - failed} runs as expected, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
