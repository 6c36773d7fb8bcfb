#!/usr/bin/env python3
# tests/e2e/run_programs_test.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The judge is judged: run_programs.py with a stand-in for the lockweave command that reports what
each test wants."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

RUNNER = pathlib.Path(__file__).with_name("run_programs.py")

STAND_IN = """\
#!/usr/bin/env python3
import json, os, signal, sys
if os.environ["FAKE_HANG"]: signal.pause()
place = lambda line: {"physicalLocation": {"artifactLocation": {"uri": "src/bug.c"},
                                           "region": {"startLine": line}}}
results = [{"ruleId": rule, "locations": [place(line)]}
           for rule, line in json.loads(os.environ["FAKE_FOUND"])]
with open(sys.argv[sys.argv.index("--sarif") + 1], "w") as file:
    json.dump({"runs": [{"results": results}]}, file)
sys.exit(int(os.environ["FAKE_EXIT"]))
"""

BUG = """\
void f(void) {
  lock(b);  // expect-either: lock-order-cycle
  lock(a);  // expect-either: lock-order-cycle
  lock(a);  // expect: double-lock
}
"""


class Judge(unittest.TestCase):
    def judge(self, source, found, status, hang="", timeout=10):
        """Exit code and report of the runner for one program with that source."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "bug.c").write_text(source)
            (folder / "manifest.txt").write_text(f"c\t{folder}/bug.c\t{folder}/bug\n")
            (folder / "lockweave").write_text(textwrap.dedent(STAND_IN))
            (folder / "lockweave").chmod(0o755)
            environment = dict(os.environ, FAKE_FOUND=json.dumps(found), FAKE_EXIT=str(status),
                               FAKE_HANG=hang)
            done = subprocess.run(
                [sys.executable, RUNNER, "--lockweave", folder / "lockweave", "--manifest",
                 folder / "manifest.txt", "--timeout", str(timeout)],
                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False)
            return done.returncode, done.stdout

    def test_accepts_exactly_what_is_expected(self):
        for line in (2, 3):
            found = [["double-lock", 4], ["lock-order-cycle", line]]
            self.assertEqual(self.judge(BUG, found, 66)[0], 0)

    def test_refuses_a_missing_finding(self):
        status, report = self.judge(BUG, [["lock-order-cycle", 2]], 66)
        self.assertEqual(status, 1)
        self.assertIn("missing: double-lock at line 4", report)

    def test_refuses_two_findings_for_one_group(self):
        found = [["double-lock", 4], ["lock-order-cycle", 2], ["lock-order-cycle", 3]]
        status, report = self.judge(BUG, found, 66)
        self.assertEqual(status, 1)
        self.assertIn("unexpected: lock-order-cycle at line 3", report)

    def test_refuses_a_wrong_line_and_a_wrong_rule(self):
        self.assertEqual(self.judge(BUG, [["double-lock", 3], ["lock-order-cycle", 2]], 66)[0], 1)
        self.assertEqual(self.judge(BUG, [["deadlock", 4], ["lock-order-cycle", 2]], 66)[0], 1)

    def test_refuses_a_wrong_exit_code(self):
        found = [["double-lock", 4], ["lock-order-cycle", 2]]
        self.assertEqual(self.judge(BUG, found, 0)[0], 1)

    def test_silent_programs_stay_silent(self):
        silent = "// expect-none\nint main(void) { return 0; }\n"
        self.assertEqual(self.judge(silent, [], 0)[0], 0)
        self.assertEqual(self.judge(silent, [["deadlock", 2]], 66)[0], 1)

    def test_a_hang_is_a_failure(self):
        silent = "// expect-none\nint main(void) { return 0; }\n"
        status, report = self.judge(silent, [], 0, hang="yes", timeout=0.3)
        self.assertEqual(status, 1)
        self.assertIn("no end within", report)

    def test_a_source_without_expectation_is_an_error(self):
        self.assertNotEqual(self.judge("int main(void) { return 0; }\n", [], 0)[0], 0)


if __name__ == "__main__":
    unittest.main()
