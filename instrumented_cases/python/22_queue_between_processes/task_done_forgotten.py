# instrumented_cases/python/22_queue_between_processes/task_done_forgotten.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# One path of the consumer forgets task_done(): join() never returns.
import queue
import threading

numbers = queue.Queue()


def add_up():
    while (number := numbers.get()) is not None:
        if number < 0:
            continue
        numbers.task_done()
    numbers.task_done()


consumer = threading.Thread(target=add_up)
consumer.start()
for number in (1, -1, None):
    numbers.put(number)
consumer.join()
numbers.join()
