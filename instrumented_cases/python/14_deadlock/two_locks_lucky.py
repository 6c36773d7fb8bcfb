# instrumented_cases/python/14_deadlock/two_locks_lucky.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# The same two locks, but today the second thread comes when the first has gone. The interpreter
# takes a free lock by trying, and a try cannot deadlock: a lucky run of a script shows nothing.
# That is a limit; in C and C++ it is found.
import threading

knife = threading.Lock()
fork = threading.Lock()
first_has_gone = threading.Event()


def eat_right_handed():
    with knife:
        with fork:
            pass
    first_has_gone.set()


def eat_left_handed():
    first_has_gone.wait()
    with fork:
        with knife:
            pass


threads = [threading.Thread(target=eat) for eat in (eat_right_handed, eat_left_handed)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
