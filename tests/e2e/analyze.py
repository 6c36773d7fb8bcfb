#!/usr/bin/env python3
# tests/e2e/analyze.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`lockweave analyze` as its user meets it: a program of two files whose deadlock no single file shows,
the cache, project configuration, and every kind of bad input.

Usage: analyze.py LOCKWEAVE ANALYZER
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, ANALYZER = (os.path.abspath(path) for path in sys.argv[1:3])

HEADER = """
#pragma once
#include <mutex>
extern std::mutex accounts, journal;
void write_entry();
void deposit();
void audit();
"""
BANK = """
#include "bank.h"
std::mutex accounts, journal;
void write_entry() { std::lock_guard<std::mutex> guard(journal); }
void deposit() {
  std::lock_guard<std::mutex> guard(accounts);
  write_entry();
}
"""
AUDIT = """
#include <thread>
#include "bank.h"
void audit() {
  std::lock_guard<std::mutex> first(journal);
  std::lock_guard<std::mutex> second(accounts);
}
int main() {
  std::thread one(deposit), other(audit);
  one.join();
  other.join();
}
"""
CLEAN = "#include \"bank.h\"\nvoid nothing() { std::lock_guard<std::mutex> guard(journal); }\n"


class Analyze(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name).resolve()
        self.sources = {"bank.cc": BANK, "audit.cc": AUDIT}
        self.write("bank.h", HEADER)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def project(self, **extra):
        """Writes all sources and build/compile_commands.json."""
        self.sources.update({name.replace("_cc", ".cc"): text for name, text in extra.items()})
        for name, text in self.sources.items():
            self.write(name, text)
        entries = [{"directory": str(self.folder / "build"), "file": f"../{name}",
                    "command": f"ccache g++ -std=c++20 -Wall -Werror -fno-gnu-unique -pthread "
                               f"-o {name}.o -c ../{name}"} for name in self.sources]
        self.write("build/compile_commands.json", json.dumps(entries))

    def analyze(self, *options, env=None):
        done = subprocess.run([LOCKWEAVE, "analyze", "--color", "never", *options],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=False, timeout=120,
                              env={**os.environ, "LOCKWEAVE_ANALYZE": ANALYZER,
                                   "XDG_CACHE_HOME": str(self.folder / "user"), **(env or {})})
        return done.returncode, done.stdout, done.stderr

    def results(self, *options):
        status, out, err = self.analyze("--json", "-", *options)
        self.assertIn(status, (0, 1, 3), err)
        return status, json.loads(out)

    def shards(self, folder="build/lockweave-cache"):
        return sorted((self.folder / folder).glob("*.unit"))

    # ---- what it finds --------------------------------------------------------------------------

    def test_a_cycle_across_two_files_is_told_with_both(self):
        self.project()
        status, out, err = self.analyze("-p", "build")
        self.assertEqual(status, 1, out + err)
        self.assertIn("error[lock-order-cycle]", out)
        for place in ("bank.cc:4", "bank.cc:6", "audit.cc:5", "audit.cc:6"):
            self.assertIn(place, out)
        self.assertIn("static", out)

    def test_a_source_of_two_programs_is_read_as_each_compiles_it(self):
        self.write("wire.cc", """
#include <mutex>
std::mutex queue, socket_lock;
void put() {
#ifndef SERVER
  std::lock_guard<std::mutex> first(queue);
#endif
  std::lock_guard<std::mutex> second(socket_lock);
}
""")
        main = """
#include <mutex>
#include <thread>
extern std::mutex queue, socket_lock;
void put();
static void take() {
  std::lock_guard<std::mutex> first(socket_lock);
  std::lock_guard<std::mutex> second(queue);
}
int main() {
  std::thread one(put), other(take);
  one.join();
  other.join();
}
"""
        self.write("server.cc", main.replace("take", "answer"))
        self.write("client.cc", main)
        built = (("wire.cc", "", "wire.dir"), ("wire.cc", "-DSERVER", "server.dir"),
                 ("server.cc", "-DSERVER", "server.dir"), ("client.cc", "", "client.dir"))
        self.write("build/compile_commands.json", json.dumps([
            {"directory": str(self.folder / "build"), "file": f"../{name}",
             "command": f"g++ -std=c++20 {flags} -o CMakeFiles/{target}/{name}.o -c ../{name}"}
            for name, flags, target in built]))
        _, results = self.results("-p", "build")
        self.assertEqual([(finding["rule"], finding["place"]["file"].split("/")[-1])
                          for finding in results["findings"]],
                         [("lock-order-cycle", "client.cc")])

    def test_a_unity_build_is_named_by_its_sources(self):
        """CMake's own files, outside the project: its sources select them, its configuration counts."""
        project = self.folder / "project"
        for name, text in {"bank.h": HEADER, "bank.cc": BANK, "audit.cc": AUDIT}.items():
            self.write(f"project/{name}", text)
        self.write("project/CMakeLists.txt", """
cmake_minimum_required(VERSION 3.25)
project(bank CXX)
set(CMAKE_UNITY_BUILD ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_STANDARD 20)
add_executable(bank bank.cc audit.cc)
""")
        subprocess.run(["cmake", "-S", project, "-B", self.folder / "build"], check=True,
                       stdout=subprocess.DEVNULL)
        for source in ("project", "project/bank.cc", "project/audit.cc"):
            status, found = self.results("-p", "build", source)
            self.assertEqual(status, 1)
            (finding,) = found["findings"]
            self.assertEqual(finding["rule"], "lock-order-cycle")
            self.assertTrue(finding["place"]["file"].startswith(str(project)) or
                            finding["place"]["file"].startswith("project"), finding["place"])
        self.write("project/.lockweave.toml", '[rules]\nlock-order-cycle = "off"\n')
        status, found = self.results("-p", "build", "project")
        self.assertEqual((status, found["findings"]), (0, []))

    def test_one_file_alone_shows_nothing(self):
        self.project()
        status, results = self.results("-p", "build", "audit.cc")
        self.assertEqual((status, results["findings"]), (0, []))

    def test_the_database_is_found_in_build_and_above_the_source(self):
        self.project()
        self.assertEqual(self.analyze()[0], 1)
        shutil.move(self.folder / "build/compile_commands.json", self.folder)
        self.assertEqual(self.analyze("bank.cc")[0], 0)

    def test_files_with_flags_of_their_own(self):
        self.project()
        status, results = self.results("bank.cc", "audit.cc", "--", "-std=c++17", "-I.")
        self.assertEqual(status, 1)
        self.assertEqual([one["rule"] for one in results["findings"]], ["lock-order-cycle"])

    def test_both_runs_tell_the_same_to_the_byte(self):
        self.project()
        first = self.analyze("-p", "build", "--json", "-")[1]
        self.assertEqual(first, self.analyze("-p", "build", "--json", "-", "--jobs", "1")[1])
        self.assertEqual(first, self.analyze("-p", "build", "--json", "-", "--no-cache")[1])

    def test_fail_on_never(self):
        self.project()
        self.assertEqual(self.analyze("-p", "build", "--fail-on", "never")[0], 0)

    def test_gate_reads_the_sarif(self):
        self.project()
        sarif = str(self.folder / "found.sarif")
        self.assertEqual(self.analyze("-p", "build", "--sarif", sarif)[0], 1)
        gate = [LOCKWEAVE, "gate", "--baseline", "known.txt"]
        for extra, expected in (([], 1), (["--update-baseline"], 0), ([], 0)):
            if expected == 1:
                (self.folder / "known.txt").write_text("")
            done = subprocess.run([*gate, *extra, sarif], cwd=self.folder, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, expected, done.stdout)

    def test_the_lock_graph(self):
        self.project()
        self.analyze("-p", "build", "--lock-graph", "locks.json")
        graph = json.loads((self.folder / "locks.json").read_text())
        edges = {(edge["held"], edge["wanted"]) for edge in graph["edges"]}
        self.assertEqual(edges, {("accounts", "journal"), ("journal", "accounts")})
        self.analyze("-p", "build", "--lock-graph", "locks.dot")
        self.assertIn('"accounts" -> "journal"', (self.folder / "locks.dot").read_text())
        self.assertEqual(self.analyze("-p", "build", "--lock-graph", "locks.png")[0], 2)

    # ---- the cache ------------------------------------------------------------------------------

    def test_the_cache_holds_and_a_change_is_seen(self):
        self.project()
        self.analyze("-p", "build")
        before = {path: path.stat().st_mtime_ns for path in self.shards()}
        self.assertEqual(len(before), 2)
        self.assertEqual(self.analyze("-p", "build")[0], 1)
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.shards()}, before)
        self.write("bank.cc", BANK.replace("  std::lock_guard<std::mutex> guard(accounts);\n", ""))
        self.assertEqual(self.analyze("-p", "build")[0], 0)
        self.write("bank.cc", BANK)
        self.write("bank.h", HEADER + "// longer\n")
        self.assertEqual(self.analyze("-p", "build")[0], 1)

    def test_a_damaged_shard_is_made_anew(self):
        self.project()
        self.analyze("-p", "build")
        for number, text in enumerate((b"", b"rubbish" * 1000)):
            self.shards()[number].write_bytes(text)
        status, out, err = self.analyze("-p", "build")
        self.assertEqual(status, 1, err)
        self.assertEqual(out.count("was damaged, and is made anew"), 2, out)
        self.assertNotIn("damaged", self.analyze("-p", "build")[1])

    def test_where_the_cache_lies(self):
        self.project()
        self.analyze("-p", "build", "--cache", "mine")
        self.assertEqual((len(self.shards("mine")), self.shards()), (2, []))
        self.analyze("bank.cc", "--", "-I.")
        self.assertEqual(len(self.shards("user/lockweave")), 1)
        self.analyze("-p", "build", "--no-cache")
        self.assertEqual(self.shards(), [])
        status, out, _ = self.analyze("-p", "build", "--cache", "bank.cc/impossible")
        self.assertEqual(status, 1)
        self.assertIn("every run starts anew", out)

    # ---- what cannot be analysed ----------------------------------------------------------------

    def test_a_file_that_does_not_parse_costs_only_itself(self):
        self.project(broken_cc="#include \"nowhere.h\"\nint f( {\n")
        status, out, err = self.analyze("-p", "build")
        self.assertEqual(status, 3, out + err)
        self.assertIn("broken.cc", out)
        self.assertIn("nowhere.h", out)
        self.assertIn("error[lock-order-cycle]", out)

    def test_a_unit_that_takes_too_long(self):
        slow = ("constexpr long f(long n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\n"
                "static_assert(f(60) > 0);\n")
        self.project(slow_cc=slow)
        entries = json.loads((self.folder / "build/compile_commands.json").read_text())
        for entry in entries:
            entry["command"] += " -fconstexpr-steps=2000000000"
        self.write("build/compile_commands.json", json.dumps(entries))
        status, out, err = self.analyze("-p", "build", "--unit-timeout", "15")
        self.assertEqual(status, 3, out + err)
        self.assertIn("slow.cc was not analysed: no end within 15 s", out)
        self.assertIn("error[lock-order-cycle]", out)

    def test_a_missing_source(self):
        self.project(gone_cc=CLEAN)
        (self.folder / "gone.cc").unlink()
        status, out, _ = self.analyze("-p", "build")
        self.assertEqual(status, 3)
        self.assertIn("gone.cc", out)

    # ---- wrong usage ----------------------------------------------------------------------------

    def refuse(self, *options, says=(), status=2, env=None):
        code, out, err = self.analyze(*options, env=env)
        self.assertEqual(code, status, out + err)
        for words in says:
            self.assertIn(words, err)

    def test_no_database(self):
        self.write("bank.cc", BANK)
        self.refuse(says=("there is no compile_commands.json; looked for",
                          "build/compile_commands.json",
                          "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "bear -- make"))
        self.refuse("-p", "nowhere", says=("nowhere/compile_commands.json",))
        self.refuse("bank.cc", says=("-- FLAGS",))

    def test_a_damaged_database(self):
        self.write("build/compile_commands.json", "[\n {\n")
        self.refuse(says=("compile_commands.json:3: no JSON",))
        self.write("build/compile_commands.json", "[]")
        self.refuse(says=("names no C or C++ source",))

    def test_a_file_that_is_not_in_the_database(self):
        self.project()
        self.refuse("-p", "build", "bank.h", says=("`bank.h` is not in ", "-- FLAGS"))

    def test_wrong_options(self):
        self.refuse("--unknown", says=("--unknown", "lockweave analyze --help"))
        self.refuse("--jobs", "0")
        self.refuse("--unit-timeout", "soon")
        self.refuse("--", "-DA", says=("flags without a file",))
        self.refuse("missing.cc", "--", "-DA", says=("there is no file `missing.cc`",))

    def test_a_missing_analyzer(self):
        self.project()
        self.refuse("-p", "build", status=4, env={"LOCKWEAVE_ANALYZE": "/no/such"},
                    says=("lockweave-analyze was not found; looked for /no/such",))
        self.refuse("-p", "build", status=4, env={"LOCKWEAVE_ANALYZE": "/bin/false"})

    def test_missing_headers_of_clang(self):
        self.project()
        self.refuse("-p", "build", "--resource-dir", "/no/such",
                    says=("clang's own headers were not found; looked for /no/such",))

    # ---- configuration and suppressions ------------------------------------------------------------

    def test_a_project_turns_a_rule_off_or_down(self):
        self.project()
        self.write(".lockweave.toml", "[rules]\nlock-order-cycle = \"off\"\n")
        self.assertEqual(self.analyze("-p", "build")[0], 0)
        self.write(".lockweave.toml", "[rules]\nlock-order-cycle = \"note\"\n")
        self.assertEqual(self.analyze("-p", "build")[0], 0)
        self.assertEqual(self.analyze("-p", "build", "--fail-on", "note")[0], 1)
        self.write("other.toml", "")
        self.assertEqual(self.analyze("-p", "build", "--config", "other.toml")[0], 1)

    def rules_with(self, configuration, source):
        """Rules found in one source without and with the configuration."""
        self.write("one.cc", source)
        self.write("none.toml", "")
        self.write("some.toml", configuration)
        found = []
        for config in ("none.toml", "some.toml"):
            _, results = self.results("--config", config, "one.cc", "--", "-std=c++20")
            found.append(sorted(one["rule"] for one in results["findings"]))
        return found

    def test_a_function_in_which_a_thread_begins(self):
        source = ("namespace my { void plugin(); }\nint x;\nvoid my::plugin() { x++; }\n"
                  "int main() { x++; }\n")
        self.assertEqual(self.rules_with("thread_roots = [\"my::plugin\"]\n", source),
                         [[], ["data-race"]])

    def test_a_function_that_spawns(self):
        source = ("struct Pool { void post(void (*)()); } pool;\nint x;\nvoid task() { x++; }\n"
                  "int main() { pool.post(task); x++; }\n")
        self.assertEqual(self.rules_with("spawning = [\"Pool::post\"]\n", source),
                         [[], ["data-race"]])

    def test_a_function_that_blocks(self):
        source = ("#include <mutex>\nnamespace disk { void flush(); }\nstd::mutex m;\n"
                  "void f() { std::lock_guard l(m); disk::flush(); }\n")
        self.write("one.cc", source)
        for configuration, expected in (("", 0), ("blocking = [\"disk::flush\"]\n", 1)):
            self.write("some.toml", configuration)
            _, results = self.results("--all", "--config", "some.toml", "one.cc", "--", "-std=c++20")
            found = json.dumps(results).count('"blocking-under-lock"')
            self.assertEqual(min(found, 1), expected, results)

    def test_a_lock_type_and_its_guard(self):
        source = ("struct Spin { void acquire(); void release(); };\n"
                  "struct Holder { Holder(Spin& s); ~Holder(); Spin& s; };\n"
                  "Spin a, b;\n"
                  "void f() { Holder x(a); Holder y(b); }\n"
                  "void g() { b.acquire(); a.acquire(); a.release(); b.release(); }\n")
        configuration = ("[[lock]]\ntype = \"Spin\"\nlock = [\"acquire\"]\nunlock = [\"release\"]\n"
                         "[[guard]]\ntype = \"Holder\"\n")
        self.assertEqual(self.rules_with(configuration, source), [[], ["lock-order-cycle"]])

    def test_bodies_in_system_headers(self):
        self.write("sys/sys.h", "#include <mutex>\nstd::mutex a;\n"
                                "inline void take_twice() { a.lock(); a.lock(); }\n")
        self.write("one.cc", "#include <sys.h>\nvoid f() { take_twice(); }\n")
        for configuration, expected in (("", 0), ("system_bodies = true\n", 1)):
            self.write("some.toml", configuration)
            _, results = self.results("--config", "some.toml", "one.cc", "--", "-std=c++20",
                                      "-isystem", "sys")
            found = [one["rule"] for one in results["findings"]].count("double-lock")
            self.assertEqual(found, expected, results)

    def test_a_mistyped_configuration(self):
        self.project()
        self.write(".lockweave.toml", "\n[rules]\nlock-order-cycel = \"off\"\n")
        self.refuse("-p", "build", says=(".lockweave.toml:3: there is no rule `lock-order-cycel`",
                                         "`lock-order-cycle`"))
        self.write(".lockweave.toml", "blocking_ = []\n")
        self.refuse("-p", "build", says=(".lockweave.toml:1: there is no key `blocking_`",
                                         "`blocking`"))

    def test_suppressions(self):
        self.project()
        self.write("known.txt", "lock-order-cycle:journal\n")
        self.assertEqual(self.analyze("-p", "build", "--suppressions", "known.txt")[0], 0)
        self.write("known.txt", "\nlock-order-cycel:journal\n")
        self.refuse("-p", "build", "--suppressions", "known.txt",
                    says=("known.txt:2: there is no rule `lock-order-cycel`", "`lock-order-cycle`"))

    def test_of_some_sources_no_entry_is_dead(self):
        self.project()
        self.write(".lockweave.toml", "suppressions = \"known.txt\"\n")
        self.write("known.txt", "lock-order-cycle:journal\n")
        status, out, err = self.analyze("-p", "build", "bank.cc")
        self.assertEqual(status, 0, out + err)
        self.assertNotIn("matched nothing", out + err)

    def test_a_dead_entry_is_named_even_when_quiet(self):
        self.project()
        self.write(".lockweave.toml", "suppressions = \"known.txt\"\n")
        self.write("known.txt", "lock-order-cycle:journal\nlock-leak:nothing\n")
        status, out, err = self.analyze("-p", "build", "--quiet")
        self.assertEqual(status, 1)
        self.assertIn("known.txt:2: lock-leak:nothing", out + err)

    def test_a_projects_own_suppressions(self):
        self.project()
        self.write(".lockweave.toml", "suppressions = \"known.txt\"\n")
        self.write("known.txt", "lock-order-cycle:journal\n")
        self.assertEqual(self.analyze("-p", "build")[0], 0)
        self.write("known.txt", "lock-order-cycle:journal\nlock-leak:nothing\n")
        status, out, _ = self.analyze("-p", "build")
        self.assertEqual(status, 1)
        self.assertIn("known.txt:2: lock-leak:nothing", out)
        self.write("known.txt", "lock-order-cycel:journal\n")
        self.refuse("-p", "build", says=("known.txt:1: there is no rule `lock-order-cycel`",))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
