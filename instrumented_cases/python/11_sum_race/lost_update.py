# instrumented_cases/python/11_sum_race/lost_update.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# Two threads add one each, and the sum is one. The interpreter's own accesses are not watched, so
# this is seen in C and C++ only.
import threading

total = 0
both_have_read = threading.Barrier(2)


def add_one():
    global total
    seen = total
    both_have_read.wait()
    total = seen + 1


threads = [threading.Thread(target=add_one) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert total == 1
