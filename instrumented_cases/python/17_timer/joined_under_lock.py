# instrumented_cases/python/17_timer/joined_under_lock.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# The timer's function needs a lock, and who waits for the timer holds it.
import threading

bedroom = threading.Lock()


def ring():
    with bedroom:
        pass


alarm = threading.Timer(0.001, ring)
with bedroom:
    alarm.start()
    alarm.join()
