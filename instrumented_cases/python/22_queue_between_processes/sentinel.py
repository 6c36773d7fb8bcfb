# instrumented_cases/python/22_queue_between_processes/sentinel.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# A queue between processes, with a sentinel at its end; join() returns when all is done.
import multiprocessing
import sys


def add_up(numbers):
    total = 0
    while True:
        number = numbers.get()
        numbers.task_done()
        if number is None:
            sys.exit(total)
        total += number


if __name__ == "__main__":
    numbers = multiprocessing.JoinableQueue(2)
    child = multiprocessing.Process(target=add_up, args=(numbers,))
    child.start()
    for number in (1, 2, 3, 4, None):
        numbers.put(number)
    numbers.join()
    child.join()
    assert child.exitcode == 10
