#!/usr/bin/env python3
# tests/cases/broken_expectation.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The suite's judge is judged: copies of real cases with one expectation broken must fail, and the
report must say which. Also what `lockweave cases` says where it is used wrongly.

    broken_expectation.py LOCKWEAVE RUNTIME MANIFEST
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, RUNTIME, MANIFEST = sys.argv[1:4]
WRONG_USAGE = 2


def entry_of(place):
    """(form, source, program) of one case of the real suite, with the standard library's types."""
    for line in pathlib.Path(MANIFEST).read_text().splitlines():
        form, source, program = line.split("\t")[:3]
        if form.startswith("std-") and source.endswith("/" + place):
            return form, pathlib.Path(source), program
    raise SystemExit(f"{MANIFEST} has no std form of {place}")


class Suite(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def cases(self, *options):
        done = subprocess.run(
            [LOCKWEAVE, "cases", "--runtime", RUNTIME, "--color", "never", *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout

    def suite(self, place, change=lambda text: text):
        """A suite of one case, whose source is changed: the path of its manifest."""
        form, source, program = entry_of(place)
        copy = self.folder / source.parent.name / source.name
        copy.parent.mkdir()
        copy.write_text(change(source.read_text()))
        manifest = self.folder / "manifest.txt"
        manifest.write_text(f"{form}\t{copy.relative_to(self.folder)}\t{program}\n")
        return str(manifest)

    def run_changed(self, place, old, new):
        def change(text):
            self.assertIn(old, text)
            return text.replace(old, new)
        return self.cases("--suite", self.suite(place, change))

    def test_the_copy_itself_is_as_expected(self):
        status, report = self.cases("--suite", self.suite("14_deadlock/self.cc"))
        self.assertEqual(status, 0, report)
        self.assertIn("1 case: 1 as expected", report)

    def test_another_rule_is_told(self):
        status, report = self.run_changed("14_deadlock/self.cc", "expect: double-lock",
                                          "expect: lock-leak")
        self.assertEqual(status, 1, report)
        self.assertIn("DIFFERS 14_deadlock/self: std-", report)
        self.assertIn("expected but not found: lock-leak at line", report)
        self.assertIn("found but not expected: double-lock at self.cc:", report)

    def test_another_line_is_told(self):
        status, report = self.run_changed("14_deadlock/self.cc", "int value = 0;",
                                          "\nint value = 0;")
        self.assertEqual(status, 1, report)
        self.assertIn("expected but not found: double-lock", report)

    def test_an_expectation_too_many_is_told(self):
        status, report = self.run_changed("33_ordered_by_create_and_join/one_after_the_other.cc",
                                          "// expect-none\n", "// expect: lock-leak\n")
        self.assertEqual(status, 1, report)
        self.assertIn("exit code 0 instead of 66", report)

    def test_an_expectation_taken_away_is_told(self):
        status, report = self.run_changed("14_deadlock/self.cc", "// expect: double-lock",
                                          "// expect-none")
        self.assertEqual(status, 1, report)
        self.assertIn("exit code 66 instead of 0", report)

    def test_another_exit_code_is_told(self):
        status, report = self.run_changed("04_thread_objects/forgotten.cc", "exits: 134",
                                          "exits: 3")
        self.assertEqual(status, 1, report)
        self.assertIn("exit code 134 instead of 3", report)

    def test_every_one_of_many_runs_counts(self):
        manifest = self.suite("14_deadlock/self.cc")
        json_file = self.folder / "cases.json"
        status, report = self.cases("--suite", manifest, "--repeat", "5", "--json", str(json_file))
        self.assertEqual(status, 0, report)
        case, = json.loads(json_file.read_text())["cases"]
        self.assertEqual(case["runtime"]["runs"], 5)
        self.assertEqual(case["runtime"]["runs_that_differ"], 0)
        self.assertEqual(case["runtime"]["found"][0]["rule"], "double-lock")
        self.assertNotIn("analyzer", case)

    def test_what_is_for_later_is_not_run(self):
        status, report = self.run_changed("14_deadlock/self.cc", "expect: double-lock",
                                          "expect: lock-leak\n// later: some day\nint later;")
        self.assertEqual(status, 0, report)
        self.assertIn("1 not run yet", report)

    def test_a_malformed_source_is_wrong_usage(self):
        status, report = self.run_changed("14_deadlock/self.cc", "expect: double-lock",
                                          "expect: duble-lock")
        self.assertEqual(status, WRONG_USAGE, report)
        self.assertIn("14_deadlock/self.cc:", report)
        self.assertIn("did you mean `double-lock`?", report)

    def test_a_malformed_manifest_is_wrong_usage(self):
        manifest = self.folder / "manifest.txt"
        for text, wanted in (("", "names no program"), ("std-gcc only\n", "separated by tabs"),
                             ("std-gcc\ta.cc\t/no/such\n", "`/no/such` is not there")):
            manifest.write_text(text)
            status, report = self.cases("--suite", str(manifest))
            self.assertEqual(status, WRONG_USAGE, report)
            self.assertIn(wanted, report)
            self.assertIn("--target lockweave_cases", report)

    def test_no_suite_says_where_it_looked(self):
        status, report = self.cases("--suite", str(self.folder / "none.txt"))
        self.assertEqual(status, WRONG_USAGE)
        self.assertIn("none.txt", report)
        self.assertIn("--target lockweave_cases", report)

    def test_a_bad_filter_is_wrong_usage(self):
        manifest = self.suite("14_deadlock/self.cc")
        status, report = self.cases("--suite", manifest, "--filter", "(")
        self.assertEqual(status, WRONG_USAGE)
        self.assertIn("no regular expression", report)
        status, report = self.cases("--suite", manifest, "--filter", "^33_")
        self.assertEqual(status, WRONG_USAGE)
        self.assertIn("no case matches", report)
        self.assertEqual(self.cases("--suite", manifest, "--repeat", "0")[0], WRONG_USAGE)

    def test_a_missing_runtime_is_a_failure_of_the_tool(self):
        manifest = self.suite("14_deadlock/self.cc")
        status, report = self.cases("--suite", manifest, "--runtime", "/no/such.so")
        self.assertEqual(status, 4)
        self.assertIn("/no/such.so", report)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
