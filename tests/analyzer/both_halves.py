#!/usr/bin/env python3
# tests/analyzer/both_halves.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One bug, one fingerprint: what the runtime sees in a case's run and what the analyzer reads in its
source must be the same finding (docs/design/identity.md).

Usage: both_halves.py --lockweave LOCKWEAVE --manifest MANIFEST
"""
import argparse
import json
import subprocess
import sys
import tempfile

# Cases whose finding both halves tell of the same lines. Of a data race each half may name another
# pair of accesses of the same variable.
CASES = """
02_raw_threads/unlocked_total
12_sum_with_a_lock/only_a_look
14_deadlock/self
14_deadlock/two_locks_lucky
16_semaphore/released_too_often
19_process_from_function/forked_under_lock
22_queue_between_processes/task_done_too_often
28_readers_writer_upgrade/two_readers
28_readers_writer_upgrade/writes_while_reading
29_bank_transfer/one_by_one
30_common_gate_lock/past_the_gate
31_hand_over_hand/backwards
32_back_off/lock_after_try
33_ordered_by_create_and_join/side_by_side
""".split()


def keys(command):
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    document = json.loads(run.stdout[run.stdout.index("{"):])
    return sorted((f["rule"], f["fingerprint"]) for f in document["findings"])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lockweave", required=True)
    parser.add_argument("--manifest", required=True)
    arguments = parser.parse_args()
    seen, wrong = 0, 0
    analyzed = {}  # whatever the compiler that a program was built with
    with open(arguments.manifest, encoding="utf-8") as manifest, \
            tempfile.TemporaryDirectory() as folder:
        for line in manifest:
            form, source, program, *flags = line.rstrip("\n").split("\t")
            if not any(source.endswith(case + ".cc") for case in CASES):
                continue
            command = (source, "--", *(flags[0].split() if flags else []))
            if command not in analyzed:
                analyzed[command] = keys([arguments.lockweave, "analyze", "--no-cache", "--fail-on",
                                          "never", "--json", "-", *command])
            read = analyzed[command]
            run = keys([arguments.lockweave, "run", "--output", folder, "--fail-on", "never",
                        "--json", "-", "--", program])
            seen += 1
            if read != run or not read:
                wrong += 1
                print(f"{form} {source}\n  analyzer {read}\n  runtime  {run}")
    print(f"{seen} programs, {wrong} with different fingerprints")
    sys.exit(1 if wrong or seen < len(CASES) else 0)


if __name__ == "__main__":
    main()
