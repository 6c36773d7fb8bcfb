#!/usr/bin/env python3
# tests/e2e/gtest/run_gtest.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lockweave::gtest: which test fails, with which words.

Usage: run_gtest.py LOCKWEAVE SAMPLE_PROGRAM
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, SAMPLE = (os.path.abspath(path) for path in sys.argv[1:3])


def sample(tests, *flags, options="", reporter=LOCKWEAVE, launcher=(), **environment):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKWEAVE_", "GTEST_"))}
    env["LOCKWEAVE_OPTIONS"] = ":".join(filter(None, [f"reporter={reporter}", options]))
    return subprocess.run([*launcher, SAMPLE, f"--gtest_filter={tests}", *flags],
                          env=env | environment, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def failed(result):
    """Names in GoogleTest's closing list."""
    return set(re.findall(r"^\[  FAILED  \] (\S+?)(?:[:,] .*)?$",
                          result.stdout.split("listed below")[-1],
                          re.MULTILINE)) if "listed below" in result.stdout else set()


class TheTest(unittest.TestCase):
    def test_fails_with_rule_sentence_and_place(self):
        result = sample("Order.*")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(failed(result), {"Order.Opposite"})
        self.assertRegex(result.stdout,
                         r"sample_tests\.cc:\d+: Failure\n"
                         r"(Failed\n)?lockweave: error\[lock-order-cycle\] arose in this test")
        self.assertIn("taken in opposite orders", result.stdout)

    def test_that_fails_by_itself_has_no_word_of_ours(self):
        result = sample("Misuse.FailsByItself")
        self.assertEqual(result.returncode, 1)
        self.assertNotIn("lockweave:", result.stdout)

    def test_clean_ones_pass(self):
        result = sample("Order.Same:ChildDeathTest.DiesOfAbort")
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_each_finding_goes_to_its_own_test(self):
        result = sample("Order.Opposite:Misuse.UnlocksAFreeLock")
        self.assertEqual(failed(result), {"Order.Opposite", "Misuse.UnlocksAFreeLock"})
        self.assertEqual(result.stdout.count("arose in this test"), 2)

    def test_in_xml(self):
        result = sample("Order.Opposite", "--gtest_output=xml:/dev/stderr")
        self.assertIn('failures="1"', result.stderr)
        self.assertIn("lock-order-cycle", result.stderr)


class Again(unittest.TestCase):
    """Every test in which it arises fails, not only the first one."""

    def test_one_race_in_two_tests(self):
        result = sample("Race.*")
        self.assertEqual(failed(result), {"Race.First", "Race.Second"}, result.stdout)
        self.assertEqual(result.stdout.count("lockweave: error[data-race] arose in this test"), 2)
        self.assertRegex(result.stdout, r"sample_tests\.cc:\d+: Failure")

    def test_a_repeated_race(self):
        result = sample("Race.First", "--gtest_repeat=3")
        self.assertEqual(result.stdout.count("arose in this test"), 3, result.stdout)

    def test_one_misuse_in_two_tests(self):
        result = sample("Misuse.UnlocksAFreeLock:Of/Amounts.*", "--gtest_repeat=2")
        self.assertEqual(result.stdout.count("arose in this test"), 6, result.stdout)


class Shapes(unittest.TestCase):
    def test_parameterised(self):
        result = sample("Of/Amounts.*")
        self.assertEqual(failed(result), {"Of/Amounts.Unlock/1", "Of/Amounts.Unlock/2"},
                         result.stdout)

    def test_a_set_up_that_fails(self):
        result = sample("Fixture.*:Order.Same")
        self.assertEqual(failed(result), {"Fixture.NeverRuns"})
        self.assertIn("no bank today", result.stdout)
        self.assertIn("unlock-not-held] arose in this test", result.stdout)

    def test_a_body_that_throws(self):
        result = sample("Throws.*")
        self.assertEqual(failed(result), {"Throws.AfterAFinding"}, result.stdout)
        self.assertIn("out of money", result.stdout)
        self.assertIn("unlock-not-held] arose in this test", result.stdout)


class Order(unittest.TestCase):
    def test_repeated(self):
        """A cycle is told once: the graph does not forget who took the locks before."""
        result = sample("Order.Opposite", "--gtest_repeat=3")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout.count("arose in this test"), 1)
        self.assertEqual(result.stdout.count("[  PASSED  ] 1 test"), 2)

    def test_shuffled(self):
        for seed in range(1, 6):
            result = sample("Order.*", "--gtest_shuffle", f"--gtest_random_seed={seed}")
            self.assertEqual(result.returncode, 1)
            self.assertEqual(len(failed(result)), 1, f"seed {seed}\n{result.stdout}")
            self.assertIn(next(iter(failed(result))), {"Order.Opposite", "Order.OppositeAgain"})


class OutsideOfTests(unittest.TestCase):
    def test_set_up_of_a_suite(self):
        result = sample("Suite.*:Order.Same")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(failed(result), {"Suite"}, result.stdout)
        self.assertIn("arose in SetUpTestSuite or TearDownTestSuite of Suite", result.stdout)

    def test_tear_down_of_a_suite(self):
        result = sample("TearsDown.*:Order.Same")
        self.assertEqual((result.returncode, failed(result)), (1, {"TearsDown"}))

    def test_environment(self):
        for when in ("CARELESS_SET_UP", "CARELESS_TEAR_DOWN"):
            result = sample("Order.Same", **{when: "1"})
            self.assertEqual(result.returncode, 1, result.stdout)
            self.assertIn("unlock-not-held", result.stdout)
            self.assertIn("(in an environment's", result.stdout)
            self.assertIn("[  PASSED  ] 1 test.", result.stdout)


class Children(unittest.TestCase):
    def test_both_styles(self):
        """A child's finding is the child's: told by it, and its exit code stands."""
        for style in ("fast", "threadsafe"):
            result = sample("ChildDeathTest.AfterAFinding:ChildDeathTest.DiesOfAbort",
                            f"--gtest_death_test_style={style}")
            self.assertEqual(result.returncode, 0, style + result.stdout + result.stderr)

    def test_a_clean_child_is_not_blamed(self):
        result = sample("ChildDeathTest.CleanChildOfAProcessWithFindings")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout.count(": Failure"), 1, result.stdout)


class Settings(unittest.TestCase):
    def test_without_the_command_the_count_is_told(self):
        result = sample("Order.Opposite", reporter="/nonexistent/lockweave")
        self.assertEqual(result.returncode, 1)
        self.assertIn("lockweave: 1 finding(s) arose in this test", result.stdout)
        self.assertIn("LOCKWEAVE_OPTIONS=reporter=PATH", result.stdout)

    def test_without_a_record_that_is_said(self):
        result = sample("Misuse.UnlocksAFreeLock", options="output=/proc/nowhere")
        self.assertEqual(result.returncode, 1)
        self.assertIn("lockweave: 1 finding(s) arose in this test", result.stdout)
        self.assertIn("there is no record of this process", result.stdout)

    def test_a_record_that_cannot_be_read_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            reporter = pathlib.Path(folder) / "lockweave"
            reporter.write_text("#!/bin/sh\necho 'the disk is gone' >&2\nexit 2\n")
            reporter.chmod(0o755)
            result = sample("Misuse.UnlocksAFreeLock", reporter=reporter)
        self.assertEqual(result.returncode, 1)
        self.assertIn("could not read the record of this process (exit code 2)", result.stdout)
        self.assertNotIn("reporter=PATH", result.stdout)

    def test_threshold(self):
        self.assertEqual(sample("Order.Opposite", options="fail_on=never").stdout.count("Failure"), 0)

    def test_suppressed(self):
        path = pathlib.Path(SAMPLE).parent / "suppressions.txt"
        path.write_text("lock-order-cycle:*sample_tests.cc\n")
        try:
            result = sample("Order.Opposite", options=f"suppressions={path}")
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        finally:
            path.unlink()

    def test_under_the_launcher(self):
        out = pathlib.Path(SAMPLE).parent / "gtest-out"
        result = sample("Order.*", launcher=[LOCKWEAVE, "run", "--output", out, "--"])
        self.assertEqual((result.returncode, failed(result)), (1, {"Order.Opposite"}))
        self.assertIn("error[lock-order-cycle]", result.stderr)

    def test_no_file_is_left_behind(self):
        before = set(pathlib.Path("/tmp").glob("lockweave*"))
        sample("Order.Opposite")
        self.assertEqual({path for path in set(pathlib.Path("/tmp").glob("lockweave*")) - before
                          if path.name.startswith("lockweave-gtest")}, set())


class Deadlock(unittest.TestCase):
    def test_names_the_running_test(self):
        result = sample("Order.Same:Ends.InADeadlock")
        self.assertEqual(result.returncode, 66, result.stdout + result.stderr)
        self.assertIn("lockweave: deadlock while test Ends.InADeadlock runs", result.stderr)
        self.assertIn("error[deadlock]", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
