# instrumented_cases/python/13_producer_consumer/consumer_gone.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds: deadlock
# The consumer takes one parcel and leaves. The producer fills the belt and waits for room that
# nobody will make.
import queue
import threading

belt = queue.Queue(1)
consumer = threading.Thread(target=belt.get)
consumer.start()
belt.put(1)
consumer.join()
belt.put(2)
belt.put(3)
