# instrumented_cases/python/14_deadlock/one_order.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# Everybody takes the knife first.
import threading

knife = threading.Lock()
fork = threading.Lock()
meals = []


def eat():
    for _ in range(50):
        with knife, fork:
            meals.append(1)


threads = [threading.Thread(target=eat) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(meals) == 100
