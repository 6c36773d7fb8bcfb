# instrumented_cases/python/16_semaphore/starved.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# The only permit is lost: the next worker waits for ever.
import threading

seats = threading.Semaphore(1)
seats.acquire()
late = threading.Thread(target=seats.acquire)
late.start()
late.join()
