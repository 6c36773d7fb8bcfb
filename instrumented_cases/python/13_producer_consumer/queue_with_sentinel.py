# instrumented_cases/python/13_producer_consumer/queue_with_sentinel.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# A bounded queue between threads; None says that nothing more will come.
import queue
import threading

belt = queue.Queue(3)
packed = []


def pack():
    while (parcel := belt.get()) is not None:
        packed.append(parcel)


consumer = threading.Thread(target=pack)
consumer.start()
for parcel in range(10):
    belt.put(parcel)
belt.put(None)
consumer.join()
assert packed == list(range(10))
