#!/usr/bin/env python3
# tests/tidy/include_rules.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Who may include whom. The first row whose folder contains a file decides; a quoted include must
begin with one of `ours`, an include in angle brackets must be of one of the `foreign` groups.
A file in no row may include anything."""
import re
import sys
from dataclasses import dataclass, field

import source_tree

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')

STANDARD = set("""
algorithm any array assert.h atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv
chrono cinttypes climits clocale cmath codecvt compare complex concepts condition_variable coroutine
csetjmp csignal cstdarg cstddef cstdint cstdlib cstring ctime ctype.h cuchar cwchar cwctype deque
errno.h exception execution expected filesystem float.h format forward_list functional future
initializer_list inttypes.h iso646.h iterator latch limits limits.h list locale map math.h memory
memory_resource mutex new numbers numeric optional queue random ranges ratio regex scoped_allocator
semaphore set setjmp.h shared_mutex signal.h source_location span stack stdalign.h stdarg.h
stdatomic.h stdbool.h stddef.h stdexcept stdint.h stdlib.h stdnoreturn.h stop_token string string.h
string_view system_error thread threads.h time.h tuple type_traits typeindex typeinfo unordered_map
unordered_set utility valarray variant vector version
""".split())
INPUT_OUTPUT = set("""
cstdio fstream iomanip ios iosfwd iostream istream ostream print sstream stdio.h streambuf
strstream syncstream
""".split())


def groups_of(header):
    """Which groups an include in angle brackets belongs to."""
    if header in STANDARD or header == "cxxabi.h":  # the demangler comes with the standard library
        return {"standard"}
    if header in INPUT_OUTPUT:
        return {"input-output"}
    if re.match(r"(clang|clang-c|llvm|llvm-c)/", header):
        return {"clang"}
    if re.match(r"(fmt|nlohmann|toml\+\+|CLI|capstone|gtest|gmock|benchmark)/|(zstd|xxhash)\.h$", header):
        return {"packages"}
    return {"system"}


@dataclass
class Row:
    folder: str
    ours: list
    foreign: set
    exceptions: dict = field(default_factory=dict)  # file -> quoted includes it alone may use


def layers(folder, names, ours, foreign):
    """One row a layer: it may include itself and the layers before it."""
    return [Row(folder + name + "/", ours + [folder + lower + "/" for lower in names[:at + 1]], foreign)
            for at, name in enumerate(names)]


PUBLIC = "lockweave/"  # runtime/include is on the include path
EVERY_STD = {"standard", "input-output"}
TABLE = [
    # The shared vocabulary; parts of it run inside a hook.
    Row("model/", ["model/"], EVERY_STD),
    # What users include: it must stand alone.
    Row("runtime/include/", [PUBLIC], EVERY_STD | {"system"}),
    # Compiled in the user's build, into the user's tests: only what users have, and GoogleTest.
    Row("runtime/gtest/", [PUBLIC], EVERY_STD | {"system", "packages"}),
    # Front-ends translate; they see the narrow waist and each other.
    Row("runtime/frontends/", ["lockweave/hooks.h", "runtime/frontends/"], EVERY_STD | {"system"},
        # The path of an uncontended known lock is inlined: two calls a lock cost a third of it.
        {f"runtime/frontends/pthread_{kind}.cc": ["runtime/core/state/fast_lock.h"]
         for kind in ("mutex", "rwlock", "spin")}),
    # Core, in layers: each may include itself and those above it in this list.
    *layers("runtime/core/", ["base", "code", "state", "record", "events", "verdict"],
            ["model/", PUBLIC], EVERY_STD | {"system"}),
    # Detectors are pure: no operating system, no input or output.
    Row("runtime/detectors/",
        ["model/", "runtime/core/events/detector.h", "runtime/core/record/report.h",
         "runtime/core/base/arena.h", "runtime/core/base/lost.h", "runtime/core/events/event.h",
         "runtime/core/events/steps.h",
         "runtime/detectors/"],
        {"standard"}),
    # The analyzer's one folder that knows clang, and the others that must not.
    Row("analyzer/extract/", ["analyzer/summary/", "analyzer/extract/"],
        EVERY_STD | {"system", "clang"}),
    Row("analyzer/summary/", ["analyzer/summary/"], EVERY_STD),
    Row("analyzer/link/", ["model/", "analyzer/summary/", "analyzer/link/"], EVERY_STD),
    Row("analyzer/rules/", ["model/", "analyzer/summary/", "analyzer/link/", "analyzer/rules/"],
        EVERY_STD),
    # The command around them: what it writes, `lockweave analyze` reads.
    Row("analyzer/driver/", ["model/", "analyzer/", "report/"],
        EVERY_STD | {"system", "packages"}),
    # Findings become text and files; the command and the analyzer share it.
    Row("report/", ["model/", "report/"], EVERY_STD | {"system", "packages"}),
    # The command: no compiler in it; it reads files and replays traces through the detectors.
    Row("tools/lockweave/", ["model/", "report/", "tools/lockweave/", "runtime/detectors/"],
        EVERY_STD | {"system", "packages"}),
    # Programs for people to read use only what users have.
    Row("instrumented_cases/", [PUBLIC, "instrumented_cases/"], EVERY_STD | {"system"}),
    Row("tests/e2e/programs/", [PUBLIC, "steps.h", "run_threads.h", "primitives.h"],
        EVERY_STD | {"system"}),
]


def complaint_about(row, name, quoted, angled):
    """Why the include breaks `row`, or None."""
    if quoted is not None:
        if ".." in quoted.split("/"):
            return f'"{quoted}" goes up; write it from the root'
        if quoted in row.exceptions.get(name, []):
            return None
        if not any(quoted.startswith(prefix) for prefix in row.ours):
            return f'{row.folder} must not include "{quoted}"'
    elif not groups_of(angled) & row.foreign:
        return f"{row.folder} must not include <{angled}>"
    return None


def check(root):
    complaints = []
    for path in source_tree.files_of(root):
        name = str(path)
        row = next((row for row in TABLE if name.startswith(row.folder)), None)
        if row is None or path.suffix not in (".h", ".cc", ".c", ".inc"):
            continue
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            why = match and complaint_about(row, name, match[1], match[2])
            if why:
                complaints.append(f"{name}:{number}: {why}")
    return complaints


if __name__ == "__main__":
    sys.exit(source_tree.end_with(check(source_tree.root_from_arguments())))
