# instrumented_cases/python/19_process_from_function/exit_code.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# A function in a process of its own. All that comes back is a number.
import multiprocessing
import sys

answer = 0


def compute():
    global answer
    answer = 42
    sys.exit(7)


if __name__ == "__main__":
    child = multiprocessing.Process(target=compute)
    child.start()
    child.join()
    assert child.exitcode == 7 and answer == 0
