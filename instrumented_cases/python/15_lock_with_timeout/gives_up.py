# instrumented_cases/python/15_lock_with_timeout/gives_up.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# The printer is taken for long. Who would rather do something else waits for a moment only.
import threading

printer = threading.Lock()
printing = threading.Event()
given_up = threading.Event()


def print_a_book():
    with printer:
        printing.set()
        given_up.wait()


author = threading.Thread(target=print_a_book)
author.start()
printing.wait()
printed = printer.acquire(timeout=0.02)
given_up.set()
author.join()
assert not printed
