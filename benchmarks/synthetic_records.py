# benchmarks/synthetic_records.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Records as a large test suite leaves them behind, made up: `programs` test binaries over one library,
each run with other arguments again and again. Every record has threads, stacks, nested acquisitions,
observations; some have a finding, some the one or the other half of a lock-order cycle."""
import json
import random

LIBRARY = "/opt/synthetic/libbank.so"
LOCKS = 12       # of the library, by name
UNNAMED = 8      # objects of each process, told apart by where they are taken
STACK_DEPTH = 8
SITES = 40       # places in the library at which locks are taken


class Record:
    def __init__(self, seed, program, shard):
        self.random = random.Random(seed)
        self.lines = []
        self.counts = {}
        self.add(lockweave="record", version=1, tool="synthetic", pid=1000 + seed, ppid=1,
                 root=True, exe=f"/opt/synthetic/{program}", args=[program, f"--case={shard}"])
        self.modules = [self.define("module", path=f"/opt/synthetic/{program}"),
                        self.define("module", path=LIBRARY)]
        self.sites = {}

    def add(self, **entry):
        self.lines.append(json.dumps(entry, separators=(",", ":")))

    def define(self, entry_kind, **entry):
        self.counts[entry_kind] = self.counts.get(entry_kind, 0) + 1
        self.add(**{entry_kind: self.counts[entry_kind]}, **entry)
        return self.counts[entry_kind]

    def stack(self, site):
        """The same place has the same library frames, under one of a few callers."""
        caller = self.random.randrange(3)
        if (site, caller) not in self.sites:
            frames = [[self.modules[1], 0x1000 + 16 * (site + SITES * level)]
                      for level in range(STACK_DEPTH - 2)]
            frames += [[self.modules[0], 0x2000 + 16 * caller], [self.modules[0], 0x3000]]
            self.sites[site, caller] = self.define("stack", frames=frames)
        return self.sites[site, caller]

    def thread(self, number):
        if number == 0:
            return self.define("thread", label="0")
        return self.define("thread", parent=1, parent_segment=number, label=f"0.{number - 1}",
                           stack=self.stack(SITES + 1))

    def take(self, lock, site, thread, outer=None):
        entry = {"object": lock, "stack": self.stack(site)}
        if outer:
            entry["outer"] = outer
        taken = self.define("acquisition", **entry)
        self.add(seen=taken, thread=thread, segment=1)
        return taken

    def text(self):
        return "\n".join(self.lines) + "\n"


def make(seed, program, shard):
    """Text of one record: deterministic."""
    record = Record(seed, program, shard)
    threads = [record.thread(number) for number in range(4)]
    locks = [record.define("object", kind="mutex", name=f"bank_{n}") for n in range(LOCKS)]
    locks += [record.define("object", kind="mutex", first=record.stack(n)) for n in range(UNNAMED)]
    for nesting in range(60):
        order = sorted(record.random.sample(range(len(locks)), 3))
        thread = threads[nesting % len(threads)]
        outer = None
        for lock in order:  # always upwards: no cycle by accident
            outer = record.take(locks[lock], lock, thread, outer)
    low, high = (0, 1) if seed % 2 else (1, 0)
    if shard == 0:  # half a cycle
        ends = [record.define("object", kind="mutex", name=f"end_{n}") for n in range(2)]
        record.take(ends[high], 30, threads[1], record.take(ends[low], 31, threads[1]))
    if seed % 50 == 0:
        record.add(finding="lock-leak", object=locks[0], steps=[
            {"thread": threads[2], "action": "ends", "object": locks[0],
             "stack": record.stack(32)}])
    record.add(end="exit", status=0)
    return record.text()


def write_all(folder, count, programs=50):
    """Writes `count` records; returns their bytes."""
    total = 0
    for seed in range(count):
        program = f"test_{seed % programs}"
        text = make(seed, program, seed // programs)
        (folder / f"{program}.{seed}.jsonl").write_text(text)
        total += len(text)
    return total
