# instrumented_cases/python/16_semaphore/three_permits.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# Ten workers, three seats.
import threading

SEATS = 3
seats = threading.BoundedSemaphore(SEATS)
lock = threading.Lock()
seated = 0
most = 0


def work():
    global seated, most
    with seats:
        with lock:
            seated += 1
            most = max(most, seated)
        with lock:
            seated -= 1


workers = [threading.Thread(target=work) for _ in range(10)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
assert 1 <= most <= SEATS
