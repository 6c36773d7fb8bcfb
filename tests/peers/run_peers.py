#!/usr/bin/env python3
# tests/peers/run_peers.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs programs plain and under the runtime: output, exit status and signal must be the same, and the
records must hold exactly the findings that the source says. Directives, each on its own line:

    // args: A B           arguments of the program; several such lines: several runs
    // expect: RULE, RULE  rules that must be found, as a set; none by default
    // preload: NAME       another library to preload, before ours
    // stderr: TEXT        must stand in what is written to stderr under the runtime, and not plain
    // watched: N          at least so many processes leave a record (default 1)
    // compiler: gcc       not built with others (clang links its ASan into the program)
    // options: TEXT       LOCKWEAVE_OPTIONS under the runtime
    // hangs: RULE         the program never ends without us: it is only run watched, and must be
                           ended with exit status 66 and this finding, beside those expected

{dir} in args and preload is the folder of the built programs.
Exit code: 0 all the same, 1 not, 2 wrong usage.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TIMEOUT_S = 60
EXIT_FINDINGS = 66
SITUATION = "at-SIG"  # how threads stood when a signal came: no finding
JUDGED_LATER = {"wait-without-predicate"}  # the record only names candidates
DIRECTIVE = re.compile(r"// (args|expect|preload|stderr|watched|options|hangs): (.*)")


class Peer:
    def __init__(self, source, programs):
        self.name = source.stem
        self.program = programs / source.stem
        self.values = {}
        for key, value in DIRECTIVE.findall(source.read_text()):
            self.values.setdefault(key, []).append(value.strip().format(dir=programs))

    def one(self, key, default=""):
        return self.values.get(key, [default])[0]

    def runs(self):
        return [text.split() for text in self.values.get("args", [""])]

    def expected(self):
        return {rule.strip() for rule in self.one("expect").split(",") if rule.strip()}


def run(command, environment):
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(), (late.stderr or b"").decode()
    return done.returncode, done.stdout, done.stderr


def read_records(folder):
    records, rules = 0, set()
    for path in folder.glob("*.jsonl"):
        records += 1
        for line in path.read_text(errors="replace").split("\n"):
            line = line.strip("\0")
            if not line:
                continue
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # the last line of a process that was killed
            if "finding" in entry and not entry.get("variant", "").startswith(SITUATION):
                rules.add(entry["finding"])
    rules -= JUDGED_LATER
    return records, rules


def environment_with(runtime, others, folder, options):
    environment = dict(os.environ)
    existing = ":".join(others)
    added = (":" if existing else "") + str(runtime)
    environment["LD_PRELOAD"] = existing + added
    environment["LOCKWEAVE_RUN"] = f"dir={folder};root=1;preload={added}"
    if options:
        environment["LOCKWEAVE_OPTIONS"] = options
    return environment


def plain_environment(others, options):
    environment = dict(os.environ)
    if others:
        environment["LD_PRELOAD"] = ":".join(others)
    if options:
        environment["LOCKWEAVE_OPTIONS"] = options
    return environment


def compare(peer, runtime, arguments):
    """Sentences that say what differs."""
    others = peer.one("preload").split()
    options = peer.one("options")
    command = [str(peer.program), *arguments]
    hangs = peer.one("hangs")
    plain = None if hangs else run(command, plain_environment(others, options))
    with tempfile.TemporaryDirectory() as folder:
        watched = run(command, environment_with(runtime, others, folder, options))
        records, rules = read_records(pathlib.Path(folder))
    if hangs:
        plain = (EXIT_FINDINGS, watched[1], watched[2])
    complaints = []
    for what, wanted, got in zip(("exit status", "stdout"), plain, watched):
        if wanted != got:
            complaints.append(f"{what}: plain {wanted!r}, watched {got!r}")
    text = peer.one("stderr")
    if text and (text not in watched[2] or text in plain[2]):
        complaints.append(f"stderr should have gained {text!r}")
    if not text and watched[2] != plain[2]:
        complaints.append(f"stderr: plain {plain[2]!r}, watched {watched[2]!r}")
    expected = peer.expected() | ({hangs} if hangs else set())
    if rules != expected:
        complaints.append(f"findings: expected {sorted(expected)}, got {sorted(rules)}")
    if records < int(peer.one("watched", "1")):
        complaints.append(f"records: {records}, expected at least {peer.one('watched', '1')}")
    return [f"{peer.name} {' '.join(arguments)}: {text}" for text in complaints]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runtime", required=True, type=pathlib.Path)
    parser.add_argument("--programs", required=True, type=pathlib.Path)
    parser.add_argument("sources", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    complaints = []
    for source in options.sources:
        peer = Peer(source, options.programs)
        if not peer.program.exists():
            continue
        found = [text for arguments in peer.runs()
                 for text in compare(peer, options.runtime.resolve(), arguments)]
        print(f"{'FAILED' if found else 'ok    '} {peer.name}")
        complaints += found
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
