# instrumented_cases/python/21_pid_and_ppid/family.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# A child knows its own number and its parent's.
import multiprocessing
import os
import sys


def is_child_of(parent):
    sys.exit(0 if os.getppid() == parent and os.getpid() != parent else 1)


if __name__ == "__main__":
    child = multiprocessing.Process(target=is_child_of, args=(os.getpid(),))
    child.start()
    child.join()
    assert child.exitcode == 0
