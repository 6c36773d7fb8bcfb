# benchmarks/variants.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The ways lock_bench.cc is built and started: plain, with Lockweave, with other detectors."""
import dataclasses
import glob
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
CLANG = "clang++-19"
DYNDD = "/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.dyndd-x86_64.so"
PACKAGES = {"g++": "g++", CLANG: "clang-19 libclang-rt-19-dev", "valgrind": "valgrind",
            "pkg-config": "pkg-config", "absl_synchronization": "libabsl-dev",
            "dyndd": "libclang-rt-19-dev"}


@dataclasses.dataclass
class Variant:
    """`command` goes before scenario, iterations and threads; `slower` divides the iterations;
    no more than `rounds` rounds of it are run."""
    name: str
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    extra: list = dataclasses.field(default_factory=list)
    slower: int = 1
    rounds: int = 1000


class Missing(Exception):
    """A tool is not there; the text says what to install."""


def need(tool):
    path = shutil.which(tool)
    if path is None:
        raise Missing(f"{tool} is not installed: apt install {PACKAGES[tool]}")
    return path


def watched(library, record_folder):
    """What the launcher puts into the environment of its child."""
    return {"LD_PRELOAD": str(library), "LOCKWEAVE_RUN": f"dir={record_folder};root=1"}


class Workshop:
    """Builds the variants in a temporary folder, with a copy of the library: a build that goes on
    meanwhile changes nothing."""

    def __init__(self, folder, library):
        self.folder = pathlib.Path(folder)
        self.records = self.folder / "records"
        self.records.mkdir()
        self.library = self.folder / "liblockweave.so"
        shutil.copyfile(library, self.library)

    def compile(self, name, compiler, flags, libraries=()):
        program = self.folder / name
        command = [need(compiler), "-std=c++20", "-O2", "-g", "-pthread",
                   f"-I{ROOT / 'runtime/include'}", *flags, str(HERE / "lock_bench.cc"), "-o", str(program), *libraries]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Missing(f"{name} does not build: {done.stderr.strip().splitlines()[0]}")
        return str(program)

    def plain(self):
        return Variant("plain", [self.compile("plain", "g++", [])])

    def preloaded(self):
        return Variant("run", [str(self.folder / "plain")], watched(self.library, self.records))

    def by_type(self):
        program = self.compile(
            "types", "g++", ["-DLOCK_BENCH_LOCKWEAVE"],
            [str(self.library), f"-Wl,-rpath,{self.folder}"])
        environment = watched(self.library, self.records)
        del environment["LD_PRELOAD"]
        return Variant("types", [program], environment)

    def thread_sanitizer(self, name, compiler):
        program = self.compile(name, compiler, ["-fsanitize=thread"])
        without_aslr = [need("setarch"), "-R"] if shutil.which("setarch") else []
        return Variant(name, [*without_aslr, program], slower=10)

    def helgrind(self):
        return Variant("helgrind", [need("valgrind"), "-q", "--tool=helgrind",
                                    str(self.folder / "plain")], slower=200, rounds=1)

    def dyndd(self):
        libraries = sorted(glob.glob(DYNDD))
        if not libraries:
            raise Missing(f"dyndd is not installed: apt install {PACKAGES['dyndd']}")
        return Variant("dyndd", [str(self.folder / "plain")], {"LD_PRELOAD": libraries[-1]},
                       slower=5)

    def absl(self, name, extra):
        flags = subprocess.run([need("pkg-config"), "--cflags", "--libs", "absl_synchronization"],
                               capture_output=True, text=True, check=False)
        if flags.returncode != 0:
            raise Missing("Abseil is not installed: apt install libabsl-dev")
        program = self.compile("absl", "g++", ["-DLOCK_BENCH_ABSL"], flags.stdout.split())
        return Variant(name, [program], extra=extra)

    def all(self, wanted, skipped):
        """Every variant whose name `wanted` accepts and whose tools are there."""
        makers = {
            "plain": self.plain, "run": self.preloaded, "types": self.by_type,
            "tsan-gcc": lambda: self.thread_sanitizer("tsan-gcc", "g++"),
            "tsan-clang": lambda: self.thread_sanitizer("tsan-clang", CLANG),
            "helgrind": self.helgrind, "dyndd": self.dyndd,
            "absl": lambda: self.absl("absl", []),
            "absl-detect": lambda: self.absl("absl-detect", ["detect"]),
        }
        for name, make in makers.items():
            if name != "plain" and not wanted(name):
                continue
            try:
                yield make()
            except Missing as why:
                skipped.append(str(why))


def measure(variant, scenario, iterations, threads, seconds=60):
    """The number that lock_bench prints; None when the tool failed or there is no such thing."""
    count = max(iterations // variant.slower, 20)
    command = [*variant.command, scenario, str(count), str(threads), *variant.extra]
    try:
        done = subprocess.run(command, env={**os.environ, **variant.environment}, text=True,
                              capture_output=True, timeout=seconds, check=False)
        value = float(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None
    return value if value >= 0 or scenario.startswith("memory_") else None
