# benchmarks/goals.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What performance is to be: ratios between two measurements of the same run."""
import dataclasses


@dataclasses.dataclass
class Goal:
    """`measured` must be at most `limit`, or at least when `at_least`."""
    name: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def text(self):
        return f"{'>=' if self.at_least else '<='} {self.limit:g}x"

    @property
    def verdict(self):
        good = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "ok" if good else "OVER"


LOCK_LIMITS = {"lock": 1.5, "nested 2": 1.75, "10000 locks in turn": 2, "rwlock, read": 1.5,
               "rwlock, write": 1.5, "recursive": 1.5, "life of a lock": 6}
CHEAPER_THAN = {"tsan-gcc": 10, "tsan-clang": 10, "absl-detect": 2}
PROGRAM_LIMITS = {"memcached, 2 workers": 1.1, "python3, 2 threads and 2 queues": 1.1, "xz -T2": 1.1}
SCALING_LIMIT = 1.1


def goals_met(best):
    """The goals that `best`, a map from (line, variant) to a number, has the measurements for."""
    goals = []

    def add(name, over, under, limit, at_least=False):
        if over in best and best.get(under):
            goals.append(Goal(name, best[over] / best[under], limit, at_least))

    for line, limit in LOCK_LIMITS.items():
        for way in ("run", "types"):
            add(f"{line}: {way} / plain", (line, way), (line, "plain"), limit)
        for tool, times in CHEAPER_THAN.items():
            add(f"{line}: {tool} / run", (line, tool), (line, "run"), times, True)
    for line, limit in PROGRAM_LIMITS.items():
        add(f"{line}: run / plain", (line, "run"), (line, "plain"), limit)
    one, two = "private, 1 thread", "private, 2 threads"
    scaling = {way: best[two, way] / best[one, way] for way in ("plain", "run", "types")
               if (one, way) in best and (two, way) in best}
    for way in ("run", "types"):
        if way in scaling and "plain" in scaling:
            goals.append(Goal(f"1 to 2 threads, private locks: {way} / plain",
                              scaling[way] / scaling["plain"], SCALING_LIMIT))
    return goals
