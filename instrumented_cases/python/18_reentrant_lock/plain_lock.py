# instrumented_cases/python/18_reentrant_lock/plain_lock.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# The second step of the recursion waits for the first.
import threading

tree = threading.Lock()


def files_below(depth):
    with tree:
        return 1 if depth == 0 else 1 + files_below(depth - 1)


files_below(2)
