# instrumented_cases/python/18_reentrant_lock/rlock.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# An RLock lets its owner in again.
import threading

tree = threading.RLock()


def files_below(depth):
    with tree:
        return 1 if depth == 0 else 1 + files_below(depth - 1)


other = threading.Thread(target=files_below, args=(3,))
other.start()
assert files_below(2) == 3
other.join()
