#!/usr/bin/env python3
# tests/e2e/run_gate.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`lockweave gate` on records of real programs: merging, the baseline, exit codes, bad input.

Usage: run_gate.py LOCKWEAVE RUNTIME_LIBRARY
"""
import itertools
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, RUNTIME = (os.path.abspath(path) for path in sys.argv[1:3])
ROOT = pathlib.Path(__file__).resolve().parents[2]

LOCKS = """
#include <pthread.h>
pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static void take(pthread_mutex_t *first, pthread_mutex_t *second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}
void one_order(void) { take(&a, &b); }
void other_order(void) { take(&b, &a); }
void unlock_free(void) { pthread_mutex_unlock(&a); }
"""
# Three programs over one library, and one without locks.
PROGRAMS = {
    "deposits": "void one_order(void); int main(void) { one_order(); return 0; }",
    "audits": "void other_order(void); int main(void) { other_order(); return 0; }",
    "misuses": "void unlock_free(void); int main(void) { unlock_free(); return 0; }",
    "clean": "int main(void) { return 0; }",
}
# Two variables in the same two functions, the first with argument `b` only. With `l` the diary happens to
# order the accesses of the second.
RACES = """
#include <cstring>
#include <mutex>
#include <thread>
#include "lockweave/shared.h"
#include "tests/e2e/programs/steps.h"
lockweave::shared<int> first{0}, second{0};
std::mutex diary;
bool lucky, both;
void writer() {
  if (both) first = 1;
  second = 1;
  { std::lock_guard guard(diary); }
  next_step();
}
void reader() {
  await_step(1);
  if (both) { int seen = first; (void)seen; }
  if (lucky) { std::lock_guard guard(diary); }
  int seen = second;
  (void)seen;
}
int main(int argc, char** argv) {
  lucky = argc > 1 && std::strchr(argv[1], 'l');
  both = argc > 1 && std::strchr(argv[1], 'b');
  std::thread one(writer), two(reader);
  one.join();
  two.join();
}
"""
FOREIGN = {
    "version": "2.1.0",
    "runs": [{"tool": {"driver": {"name": "othertool"}},
              "results": [{"ruleId": "bad-thing", "message": {"text": "this is bad"},
                           "locations": [{"physicalLocation": {
                               "artifactLocation": {"uri": "src/x.c"},
                               "region": {"startLine": 7}}}]}]}],
}


def build_all():
    (FOLDER / "locks.c").write_text(LOCKS)
    library = FOLDER / "liblocks.so"
    subprocess.run(["gcc", "-O1", "-g", "-shared", "-fPIC", FOLDER / "locks.c", "-o", library],
                   check=True)
    for name, source in PROGRAMS.items():
        (FOLDER / f"{name}.c").write_text(source)
        subprocess.run(["gcc", "-O1", "-g", "-pthread", FOLDER / f"{name}.c", "-o", FOLDER / name,
                        library, f"-Wl,-rpath,{FOLDER}"], check=True)
        subprocess.run(["gcc", "-O1", "-g", "-pthread", FOLDER / f"{name}.c", FOLDER / "locks.c",
                        "-o", FOLDER / f"{name}_static"], check=True)


    (FOLDER / "races.cc").write_text(RACES)
    subprocess.run(["g++", "-std=c++20", "-O1", "-g", "-pthread", f"-I{ROOT}",
                    f"-I{ROOT}/runtime/include", FOLDER / "races.cc", "-o", FOLDER / "races"],
                   check=True)


def lockweave(*arguments):
    env = {k: v for k, v in os.environ.items() if not k.startswith("LOCKWEAVE_")}
    return subprocess.run([LOCKWEAVE, *map(str, arguments)], text=True, timeout=120, cwd=FOLDER,
                          env=env | {"LOCKWEAVE_RUNTIME": RUNTIME}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def record(name, *arguments):
    """The folder of a run of the program, made once."""
    out = FOLDER / "-".join(["out", name, *arguments])
    if not out.exists():
        lockweave("run", "--quiet", "--output", out, "--", FOLDER / name, *arguments)
    return next(out.glob("run-*"))


class GateTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
        self.baseline = self.folder / "baseline.txt"

    def gate(self, *arguments, code=None):
        result = lockweave("gate", *arguments)
        if code is not None:
            self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def against(self, *arguments, code=None):
        return self.gate("--baseline", self.baseline, *arguments, code=code)


class Merging(GateTest):
    def test_half_a_cycle_in_each_of_two_programs(self):
        self.gate(record("deposits"), code=0)
        self.gate(record("audits"), code=0)
        result = self.gate(record("deposits"), record("audits"), code=1)
        self.assertIn("warning[lock-order-cycle]: `a` and `b` are taken in opposite orders",
                      result.stdout)
        self.assertIn("predicted", result.stdout)
        self.gate(record("deposits"), record("audits"), "--fail-on", "error", code=0)

    def test_library_linked_into_both_programs(self):
        """The variables are there twice; their names are the same, and the file that locks them."""
        result = self.gate(record("deposits_static"), record("audits_static"), code=1)
        self.assertIn("warning[lock-order-cycle]", result.stdout)
        self.gate(record("deposits_static"), record("clean_static"), code=0)

    def test_newest_run_or_all(self):
        out = self.folder / "out"
        for name in ("misuses", "clean"):
            lockweave("run", "--quiet", "--output", out, "--", FOLDER / name)
        self.gate(out, code=0)
        self.gate("--all-runs", out, code=1)

    def test_order_repetition_and_grouping_do_not_matter(self):
        records = [record(name) for name in PROGRAMS]
        sarif = self.folder / "foreign.sarif"
        sarif.write_text(json.dumps(FOREIGN))
        texts = set()
        for inputs in itertools.permutations([*records, sarif], 5):
            texts.add(self.gate("--json", "-", *inputs).stdout)
            if len(texts) > 1:
                break
        texts.add(self.gate("--json", "-", *records, sarif, *records, sarif).stdout)
        seed = random.randrange(1 << 30)
        chance = random.Random(seed)
        for turn in range(4):  # copies in folders, some of them twice
            groups = [self.folder / f"group{turn}-{n}" for n in range(3)]
            files = [file for folder in records for file in folder.glob("*.jsonl")]
            for number, file in enumerate(files + chance.sample(files, 2)):
                group = chance.choice(groups)
                group.mkdir(exist_ok=True)
                shutil.copy(file, group / f"{number}.jsonl")
            named = [group for group in groups if group.exists()]
            texts.add(self.gate("--json", "-", *named, sarif).stdout)
        self.assertEqual(len(texts), 1, f"seed {seed}")

    def test_one_finding_in_record_and_sarif_is_one(self):
        sarif = self.folder / "own.sarif"
        lockweave("report", record("misuses"), "--sarif", sarif, "--quiet")
        both = json.loads(self.gate("--json", "-", record("misuses"), sarif, code=1).stdout)
        alone = json.loads(self.gate("--json", "-", sarif, code=1).stdout)
        self.assertEqual(len(both["findings"]), 1)
        for key in ("fingerprint", "rule", "level", "message", "hint", "locks", "seen_in"):
            self.assertEqual(both["findings"][0][key], alone["findings"][0][key])
        again = self.folder / "again.sarif"
        self.gate(sarif, "--sarif", again)
        first, second = (json.loads(path.read_text())["runs"][0]["results"]
                         for path in (sarif, again))
        self.assertEqual(first, second)

    def test_foreign_sarif(self):
        sarif = self.folder / "foreign.sarif"
        sarif.write_text(json.dumps(FOREIGN))
        result = self.gate(sarif, code=1)
        self.assertIn("warning[bad-thing]: this is bad", result.stdout)
        self.assertIn("1 result of `othertool` carry no fingerprint", result.stdout)
        self.against("--update-baseline", sarif, code=0)
        moved = json.loads(json.dumps(FOREIGN).replace('"startLine": 7', '"startLine": 70'))
        sarif.write_text(json.dumps(moved))
        self.against(sarif, code=0)


class TheBaseline(GateTest):
    def test_new_known_gone(self):
        self.against("--update-baseline", record("misuses"), code=0)
        first = self.baseline.read_text()
        self.assertTrue(first.startswith("lockweave-baseline 1\n"))
        self.assertRegex(first, r"(?m)^[0-9a-f]{16} unlock-not-held error locks\.c:\d+: ")
        result = self.against(record("misuses"), code=0)
        self.assertIn("known: error[unlock-not-held]", result.stdout)
        self.assertIn("nothing new, 1 known", result.stdout)
        result = self.against(record("misuses"), record("deposits"), record("audits"), code=1)
        self.assertIn("1 new warning, 1 known", result.stdout)
        result = self.against(record("clean"), code=0)
        self.assertIn("no longer reported: error[unlock-not-held]", result.stdout)
        self.against("--update-baseline", record("clean"), code=0)
        self.assertEqual(self.baseline.read_text(), "lockweave-baseline 1\n")

    def test_update_keeps_comments_and_lines(self):
        self.against("--update-baseline", record("misuses"), code=0)
        header, entry = self.baseline.read_text().splitlines()
        text = f"{header}\n# Ask the bank team.\n\n# ticket 17\n{entry} and more\n"
        self.baseline.write_text(text)
        self.against("--update-baseline", record("misuses"), code=0)
        self.assertEqual(self.baseline.read_text(), text)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["baseline.txt"])

    def test_states_in_sarif_and_json(self):
        self.against("--update-baseline", record("misuses"), code=0)
        entry = "0123456789abcdef lock-leak warning src/old.c:3: gone\n"
        self.baseline.write_text(self.baseline.read_text() + entry)
        sarif = self.folder / "gate.sarif"
        result = self.against(record("misuses"), record("deposits"), record("audits"),
                              "--sarif", sarif, "--json", "-", code=1)
        states = {one["ruleId"]: one["baselineState"]
                  for one in json.loads(sarif.read_text())["runs"][0]["results"]}
        self.assertEqual(states, {"unlock-not-held": "unchanged", "lock-order-cycle": "new",
                                  "lock-leak": "absent"})
        report = json.loads(result.stdout)
        self.assertEqual({one["rule"]: one["baseline_state"] for one in report["findings"]},
                         {"unlock-not-held": "unchanged", "lock-order-cycle": "new"})
        self.assertEqual([one["rule"] for one in report["absent"]], ["lock-leak"])
        self.against(sarif, code=1)  # what is absent is no finding when read again

    def test_an_incomplete_run_takes_nothing_out(self):
        self.against("--update-baseline", record("misuses"), code=0)
        before = self.baseline.read_text()
        self.against("--update-baseline", record("clean"), "--expect", "misuses", code=3)
        self.assertEqual(self.baseline.read_text(), before)

    def test_link_and_permissions_stay(self):
        real = self.folder / "real.txt"
        real.write_text("")
        real.chmod(0o640)
        self.baseline.symlink_to(real)
        self.against("--update-baseline", record("misuses"), code=0)
        self.assertTrue(self.baseline.is_symlink())
        self.assertEqual(real.stat().st_mode & 0o777, 0o640)
        self.assertIn("unlock-not-held", real.read_text())


class Variables(GateTest):
    def rules(self, *inputs):
        report = json.loads(self.gate("--json", "-", *inputs).stdout)
        return sorted(one["rule"] for one in report["findings"])

    def test_two_variables_of_the_same_functions(self):
        self.assertEqual(self.rules(record("races", "b")), ["data-race", "data-race"])
        self.against("--update-baseline", record("races"), code=0)
        result = self.against(record("races", "b"), code=1)
        self.assertIn("1 new error, 1 known", result.stdout)
        self.assertIn("reads `first`, which", result.stdout)

    def test_luck_in_one_of_two_runs(self):
        self.assertEqual(self.rules(record("races", "l")), ["inconsistent-locking"])
        self.assertEqual(self.rules(record("races")), ["data-race"])
        self.assertEqual(self.rules(record("races"), record("races", "l")), ["data-race"])

    def test_luck_in_a_sarif_file(self):
        for lucky, other in (((), ("l",)), (("l",), ())):
            sarif = self.folder / "own.sarif"
            lockweave("report", record("races", *lucky), "--sarif", sarif, "--quiet")
            self.assertEqual(self.rules(sarif, record("races", *other)), ["data-race"])

    def test_a_race_is_worse_than_the_luck_that_was_accepted(self):
        self.against("--update-baseline", record("races", "l"), code=0)
        self.against(record("races", "l"), code=0)
        sarif = self.folder / "gate.sarif"
        result = self.against(record("races"), "--sarif", sarif, code=1)
        self.assertIn("error[data-race]", result.stdout)
        self.assertRegex(result.stdout, r"note: worse than accepted: the baseline has it as "
                                        r"warning\[inconsistent-locking\], fingerprint [0-9a-f]{16}")
        self.assertNotIn("no longer reported", result.stdout)
        state, = json.loads(sarif.read_text())["runs"][0]["results"]
        self.assertEqual(state["baselineState"], "new")
        self.assertEqual(state["properties"]["acceptedAs"]["ruleId"], "inconsistent-locking")
        self.against("--update-baseline", record("races"), code=0)
        self.assertRegex(self.baseline.read_text(), r"\A[^\n]*\n[0-9a-f]{16} data-race error .*\n\Z")

    def test_an_accepted_race_covers_the_lucky_run(self):
        self.against("--update-baseline", record("races"), code=0)
        before = self.baseline.read_text()
        result = self.against(record("races", "l"), code=0)
        self.assertRegex(result.stdout,
                         r"known: warning\[inconsistent-locking\].*\(accepted as error\[data-race\]")
        self.against("--update-baseline", record("races", "l"), code=0)
        self.assertEqual(self.baseline.read_text(), before)

    def test_another_level_of_a_known_finding_is_told(self):
        self.against("--update-baseline", record("misuses"), code=0)
        self.baseline.write_text(self.baseline.read_text().replace(" error ", " warning ", 1))
        result = self.against(record("misuses"), code=0)
        self.assertRegex(result.stdout, r"known: error\[unlock-not-held\].*"
                                        r"\(accepted as warning\[unlock-not-held\]")


class Scripts(GateTest):
    def fingerprint(self, name):
        script = self.folder / name
        script.write_text("import threading\n"
                          "thread = threading.Thread(target=threading.Event().wait)\n"
                          "thread.start()\nthread.join()\n")
        report = lockweave("run", "--output", self.folder / "out", "--json", "-", "--",
                           sys.executable, "-B", script)
        finding, = json.loads(report.stdout)["findings"]
        self.assertEqual(finding["rule"], "deadlock")
        return finding["fingerprint"]

    def test_places_in_the_interpreter_are_told_apart_by_script(self):
        one = self.fingerprint("one.py")
        self.assertEqual(self.fingerprint("one.py"), one)
        self.assertNotEqual(self.fingerprint("two.py"), one)


class ExitCodes(GateTest):
    def test_fail_on(self):
        for level, code in (("error", 1), ("warning", 1), ("note", 1), ("never", 0)):
            self.gate(record("misuses"), "--fail-on", level, code=code)

    def test_suppressed(self):
        path = self.folder / "suppressions.txt"
        path.write_text("unlock-not-held:unlock_free\n")
        self.gate(record("misuses"), "--suppressions", path, code=0)

    def test_wrong_usage(self):
        self.gate(code=2)
        self.gate(record("clean"), "--update-baseline", code=2)
        self.gate(record("clean"), "--fail-on", "sometimes", code=2)

    def test_baseline_missing_or_malformed(self):
        result = self.against(record("clean"), code=2)
        self.assertIn("baseline.txt: the baseline cannot be read", result.stderr)
        self.assertIn("--update-baseline", result.stderr)
        self.baseline.write_text("lockweave-baseline 1\nnonsense\n")
        for flags in ([], ["--update-baseline"]):
            result = self.against(record("clean"), *flags, code=2)
            self.assertIn("baseline.txt:2: `nonsense` is no entry", result.stderr)
        self.assertEqual(self.baseline.read_text(), "lockweave-baseline 1\nnonsense\n")

    def test_folder_that_cannot_be_written(self):
        self.gate("--baseline", "/proc/nothing/x", "--update-baseline", record("clean"), code=2)

    def test_nothing_readable(self):
        result = self.gate(self.folder / "missing", code=2)
        self.assertIn("does not exist", result.stderr)
        self.gate(self.folder, code=2)
        cut = self.folder / "cut.sarif"
        cut.write_text(json.dumps(FOREIGN, indent=1)[:200])
        result = self.gate(cut, code=2)
        self.assertRegex(result.stderr, r"cut\.sarif:\d+: not JSON")

    def test_incomplete_wins_over_findings(self):
        result = self.gate(record("misuses"), self.folder / "missing", code=3)
        self.assertIn("error[unlock-not-held]", result.stdout)
        self.assertIn("missing: does not exist", result.stdout)

    def test_expectations(self):
        both = [record("clean"), record("deposits")]
        self.gate(*both, "--expect-records", 2, "--expect", "clean", "--expect",
                  FOLDER / "deposits", code=0)
        self.gate(*both, *both, "--expect-records", 3, code=3)  # copies are one
        result = self.gate(*both, "--expect", "audits", "--quiet", code=3)
        self.assertIn("no record of `audits`", result.stderr)

    def test_tool_that_did_not_finish(self):
        sarif = self.folder / "half.sarif"
        half = json.loads(json.dumps(FOREIGN))
        half["runs"][0]["invocations"] = [{"executionSuccessful": False}]
        sarif.write_text(json.dumps(half))
        result = self.gate(sarif, code=3)
        self.assertIn("did not finish", result.stdout)
        self.assertIn("warning[bad-thing]", result.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="lockweave-gate-") as folder_name:
        FOLDER = pathlib.Path(folder_name)
        build_all()
        unittest.main(argv=sys.argv[:1], verbosity=2)
