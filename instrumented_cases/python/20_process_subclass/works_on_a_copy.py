# instrumented_cases/python/20_process_subclass/works_on_a_copy.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# finds-none
# run() works on the child's copy of the object.
import multiprocessing
import sys


class Adder(multiprocessing.Process):
    def __init__(self, a, b):
        super().__init__()
        self.a, self.b, self.sum = a, b, 0

    def run(self):
        self.sum = self.a + self.b
        sys.exit(self.sum)


if __name__ == "__main__":
    adder = Adder(20, 22)
    adder.start()
    adder.join()
    assert adder.exitcode == 42 and adder.sum == 0
