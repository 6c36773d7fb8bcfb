# benchmarks/children.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a child costs, all of its own children with it."""
import dataclasses
import os
import subprocess
import sys
import time


@dataclasses.dataclass
class Cost:
    cpu: float = 0.0  # user and system seconds
    wall: float = 0.0
    peak: int = 0  # bytes of the largest process

    def __add__(self, other):
        return Cost(self.cpu + other.cpu, self.wall + other.wall, max(self.peak, other.peak))


def measure(command, good=(0,), directory=None):
    """Ends this program with the child's last words if it ends otherwise than with one of `good`."""
    with open(os.devnull, "w") as nowhere:
        begin = time.monotonic()
        child = subprocess.Popen(command, cwd=directory, stdout=nowhere, stderr=subprocess.PIPE)
        words = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
    child.stderr.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in good:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}:\n"
                 + words.decode(errors="replace")[-2000:])
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


def best(costs):
    """The least of each: what disturbs a run makes it dearer."""
    return Cost(min(cost.cpu for cost in costs), min(cost.wall for cost in costs),
                min(cost.peak for cost in costs))
