# instrumented_cases/python/12_sum_with_a_lock/with_lock.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# Reading, adding and writing back under one lock: nobody comes in between.
import threading

total = 0
lock = threading.Lock()


def add():
    global total
    for _ in range(100):
        with lock:
            total += 1


threads = [threading.Thread(target=add) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert total == 400
