# instrumented_cases/python/14_deadlock/philosophers.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# Each of five philosophers has the fork at the left and waits for the one at the right.
import threading

SEATS = 5
forks = [threading.Lock() for _ in range(SEATS)]
all_have_one = threading.Barrier(SEATS)


def dine(seat):
    with forks[seat]:
        all_have_one.wait()
        with forks[(seat + 1) % SEATS]:
            pass


threads = [threading.Thread(target=dine, args=(seat,)) for seat in range(SEATS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
