# instrumented_cases/python/14_deadlock/two_locks.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# Each thread holds the lock that the other one wants. Both wait for ever, and main for both.
import threading

knife = threading.Lock()
fork = threading.Lock()
both_have_one = threading.Barrier(2)


def eat(first, second):
    with first:
        both_have_one.wait()
        with second:
            pass


threads = [threading.Thread(target=eat, args=locks) for locks in ((knife, fork), (fork, knife))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
