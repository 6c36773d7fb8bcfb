#!/usr/bin/env python3
# tests/e2e/consumer/run_consumer.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The way of a user: install, find_package in a project elsewhere, tests that fail where a finding
arises, and a gate over all of them with a baseline.

Usage: run_consumer.py --cmake CMAKE --build BUILD_TREE --compiler CXX
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parent / "project"


def run(*command, cwd=None, **environment):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LOCKWEAVE_", "GTEST_"))}
    return subprocess.run([str(word) for word in command], cwd=cwd, text=True, timeout=300,
                          env=env | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def must(*command, **more):
    result = run(*command, **more)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {result.returncode}:\n{result.stdout}")
    return result


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix, cls.source, cls.build = FOLDER / "prefix", FOLDER / "source", FOLDER / "build"
        must(ARGUMENTS.cmake, "--install", ARGUMENTS.build, "--prefix", cls.prefix)
        cls.command = cls.prefix / "bin" / "lockweave"
        shutil.copytree(PROJECT, cls.source)
        must(ARGUMENTS.cmake, "-G", "Ninja", "-S", cls.source, "-B", cls.build, f"-DCMAKE_PREFIX_PATH={cls.prefix}",
             f"-DCMAKE_CXX_COMPILER={ARGUMENTS.compiler}", "-DCMAKE_BUILD_TYPE=Debug",
             "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        must(ARGUMENTS.cmake, "--build", cls.build, "-j2")

    def setUp(self):
        self.records = pathlib.Path(tempfile.mkdtemp(prefix="records-", dir=FOLDER))
        self.baseline = self.records / "baseline.txt"

    def start(self, name, *flags, **environment):
        options = f"output={self.records}:reporter={self.command}"
        return run(self.build / name, *flags, cwd=self.source, LOCKWEAVE_OPTIONS=options,
                   **environment)

    def gate(self, *flags):
        return run(self.command, "gate", *flags, self.records, cwd=self.source)

    def gate_with_baseline(self, *flags):
        return self.gate("--baseline", self.baseline, *flags)

    def test_the_test_fails_in_which_it_arose(self):
        result = self.start("good_and_bad")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("[       OK ] Bank.Good", result.stdout)
        self.assertIn("[  FAILED  ] Bank.Bad", result.stdout)
        self.assertIn("lockweave: warning[lock-leak] arose in this test", result.stdout)
        self.assertIn("bank.cc:", result.stdout)

    def test_gate_sees_what_no_test_shows(self):
        for name in ("deposit_test", "audit_test"):
            result = self.start(name)
            self.assertEqual(result.returncode, 0, result.stdout)
        result = self.gate("--expect", "deposit_test", "--expect", "audit_test")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("warning[lock-order-cycle]", result.stdout)
        self.assertIn("(put together from several processes)", result.stdout)

        self.assertEqual(self.gate_with_baseline().returncode, 2)  # there is none yet
        self.assertEqual(self.gate_with_baseline("--update-baseline").returncode, 0)
        self.assertIn("lock-order-cycle warning bank.cc:", self.baseline.read_text())
        result = self.gate_with_baseline()
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("known: warning[lock-order-cycle]", result.stdout)

        self.assertEqual(self.start("deposit_test", BANK_LEAKS="1").returncode, 1)
        result = self.gate_with_baseline()
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("lockweave: 1 new warning, 1 known", result.stdout)

    def test_an_expected_record_is_missing(self):
        self.start("audit_test")
        result = self.gate("--expect", "deposit_test")
        self.assertEqual(result.returncode, 3, result.stdout)
        self.assertIn("no record of `deposit_test`", result.stdout)

    def test_in_every_build_of_the_executable(self):
        """Not position independent, and with the linker's --as-needed: the library is there."""
        build = FOLDER / "no-pie"
        must(ARGUMENTS.cmake, "-G", "Ninja", "-S", self.source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
             f"-DCMAKE_CXX_COMPILER={ARGUMENTS.compiler}", "-DCMAKE_CXX_FLAGS=-O2 -fno-pie",
             "-DCMAKE_EXE_LINKER_FLAGS=-no-pie -Wl,--as-needed")
        must(ARGUMENTS.cmake, "--build", build, "--target", "good_and_bad", "-j2")
        result = run(build / "good_and_bad", LOCKWEAVE_OPTIONS=f"reporter={self.command}")
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("[  FAILED  ] Bank.Bad", result.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("cmake", "build", "compiler"):
        parser.add_argument(f"--{option}", required=True)
    ARGUMENTS = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lockweave-consumer-") as folder_name:
        FOLDER = pathlib.Path(folder_name)
        unittest.main(argv=sys.argv[:1], verbosity=2)
