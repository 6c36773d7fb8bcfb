#!/usr/bin/env python3
# tests/e2e/analyze_guards.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`lockweave analyze --infer-guards`: what is told of two classes, and that clang's own analysis
agrees with what --fix has written, and only then.

Usage: analyze_guards.py LOCKWEAVE ANALYZER CLANGXX
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

LOCKWEAVE, ANALYZER, CLANGXX = (os.path.abspath(path) for path in sys.argv[1:4])

MUTEX = """
#pragma once
#include <mutex>
#define TS(x) __attribute__((x))
class TS(capability("mutex")) Mutex {
 public:
  void lock() TS(acquire_capability()) { impl_.lock(); }
  void unlock() TS(release_capability()) { impl_.unlock(); }

 private:
  std::mutex impl_;
};
class TS(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) TS(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() TS(release_capability()) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};
"""
BANK_H = """
#pragma once
#include <atomic>
#include <string>
#include <vector>
#include "mutex.h"
namespace bank {
class Account {
 public:
  explicit Account(int first) : balance_(first) { notes_.push_back("new"); }
  void deposit(int amount);
  int withdraw(int amount);
  int balance();
  void note(const std::string& text);
  std::size_t notes();

 private:
  Mutex mu_;
  int balance_ = 0;
  std::vector<std::string> notes_;
  std::atomic<int> looks_{0};
  const int limit_{100};
  int color_{0};
};

class Journal {
 public:
  void open();
  void write(int entry);
  int last();
  int forgotten();
  void add_locked(int entry);
  void add(int entry);

 private:
  std::mutex plain_;
  Mutex mu_;
  int last_{0}, count_{0};
  int sum_{0};
  int lines_{0};
};
}  // namespace bank
"""
BANK_CC = """
#include "bank.h"
namespace bank {
void Account::deposit(int amount) {
  MutexLock lock(mu_);
  balance_ += amount;
}
int Account::withdraw(int amount) {
  MutexLock lock(mu_);
  balance_ -= amount;
  return amount;
}
int Account::balance() {
  looks_++;
  mu_.lock();
  int now = balance_;
  mu_.unlock();
  return now < limit_ ? now : limit_;
}
void Account::note(const std::string& text) {
  MutexLock lock(mu_);
  if (notes_.size() < 10) notes_.push_back(text);
}
std::size_t Account::notes() {
  MutexLock lock(mu_);
  return notes_.size();
}
}  // namespace bank
"""
JOURNAL_CC = """
#include "bank.h"
namespace bank {
void Journal::open() {
  MutexLock lock(mu_);
  last_ = 0;
}
void Journal::write(int entry) {
  MutexLock lock(mu_);
  last_ = entry;
}
int Journal::last() {
  MutexLock lock(mu_);
  return last_;
}
int Journal::forgotten() { return last_; }

void Journal::add_locked(int entry) {
  count_++;
  sum_ += entry;
}
void Journal::add(int entry) {
  {
    MutexLock lock(mu_);
    count_ = count_ + 1;
    add_locked(entry);
  }
  std::lock_guard<std::mutex> guard(plain_);
  if (lines_ < 100) lines_ = lines_ + 1;
  lines_++;
}
}  // namespace bank
"""


class Guards(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name).resolve()
        self.sources = ["src/bank.cc", "src/journal.cc"]
        for name, text in {"src/mutex.h": MUTEX, "src/bank.h": BANK_H, "src/bank.cc": BANK_CC,
                           "src/journal.cc": JOURNAL_CC}.items():
            self.write(name, text)
        self.database()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.folder / name).read_text()

    def database(self, flags=""):
        entries = [{"directory": str(self.folder), "file": name,
                    "command": f"c++ -std=c++20 {flags} -c {name}"} for name in self.sources]
        self.write("build/compile_commands.json", json.dumps(entries))

    def guards(self, *options, status=0):
        done = subprocess.run(
            [LOCKWEAVE, "analyze", "-p", "build", "--no-cache", "--infer-guards", *options],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            check=False, timeout=120, env={**os.environ, "LOCKWEAVE_ANALYZE": ANALYZER})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def clang(self, name):
        """What clang's own analysis complains about; empty: nothing."""
        done = subprocess.run(
            [CLANGXX, "-std=c++20", "-fsyntax-only", "-Wthread-safety", "-Werror", name],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False, timeout=120)
        self.assertEqual(done.returncode == 0, not done.stdout, done.stdout)
        return done.stdout

    def line(self, out, member):
        found = [line for line in out.splitlines() if line.strip().startswith(member + " ")]
        self.assertEqual(len(found), 1, out)
        return " ".join(found[0].split())

    # ---- what is told ---------------------------------------------------------------------------

    def test_who_guards_whom_and_on_what_evidence(self):
        out, err = self.guards()
        self.assertEqual(err, "")
        self.assertIn("bank::Account locks: mu_ (Mutex, a capability)", " ".join(out.split()))
        self.assertIn("plain_ (std::mutex, no capability)", out)
        self.assertEqual(self.line(out, "bank::Account::balance_"),
                         "bank::Account::balance_ guarded by mu_ 3 of 3 accesses, 2 writes")
        self.assertEqual(self.line(out, "bank::Account::notes_"),
                         "bank::Account::notes_ guarded by mu_ 3 of 3 accesses, 1 write")
        forgotten = JOURNAL_CC.split("\n").index(
            "int Journal::forgotten() { return last_; }") + 1
        self.assertEqual(self.line(out, "bank::Journal::last_"),
                         "bank::Journal::last_ guarded by mu_ 3 of 4 accesses, 2 writes; "
                         f"not at src/journal.cc:{forgotten}")
        self.assertEqual(self.line(out, "bank::Journal::count_").split(" accesses")[0],
                         "bank::Journal::count_ guarded by mu_ 3 of 3")
        for silent in ("looks_", "limit_", "color_", "sum_", "Mutex::impl_"):
            self.assertNotIn(silent, out)

    def test_all_tells_the_others_too(self):
        out, _ = self.guards("--all")
        self.assertEqual(self.line(out, "bank::Account::color_"),
                         "bank::Account::color_ no lock 0 accesses, 0 writes")
        self.assertIn("bank::Journal::sum_ unclear: mu_ 1 of 1 access, 1 write",
                      " ".join(out.split()))
        for silent in ("looks_", "limit_", "Mutex::impl_"):
            self.assertNotIn(silent, out)

    def test_json(self):
        self.guards("--guards-json", "guards.json")
        document = json.loads(self.read("guards.json"))
        classes = {one["name"]: one for one in document["classes"]}
        members = {one["name"]: one for one in classes["bank::Account"]["members"]}
        balance = members["bank::Account::balance_"]
        self.assertEqual((balance["lock"]["name"], balance["held"], balance["accesses"]),
                         ("mu_", 3, 3))
        self.assertEqual(balance["place"]["file"], str(self.folder / "src/bank.h"))
        self.assertFalse(members["bank::Account::color_"]["guarded"])
        out, err = self.guards("--guards-json", "-")
        self.assertEqual(json.loads(out), document)
        self.assertIn("guarded by mu_", err)

    def test_without_fix_nothing_is_written(self):
        out, _ = self.guards()
        line = BANK_H.split("\n").index("  int balance_ = 0;") + 1
        self.assertIn(f"src/bank.h:{line}: would add __attribute__((guarded_by(mu_))) to "
                      "bank::Account::balance_\n", out)
        self.assertEqual(self.read("src/bank.h"), BANK_H)
        self.assertNotIn("changed", out)

    def test_wrong_usage(self):
        for option in ("--json", "--sarif", "--suppressions"):
            _, err = self.guards(option, "out", status=2)
            self.assertIn("--infer-guards", err)
        for options in (["--fix"], ["--fix-all"], ["--guards-json", "x"]):
            done = subprocess.run([LOCKWEAVE, "analyze", "-p", "build", *options], text=True,
                                  cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  check=False, timeout=120)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--infer-guards", done.stderr)

    # ---- --fix ----------------------------------------------------------------------------------

    def test_fix_writes_what_clang_agrees_to(self):
        out, _ = self.guards("--fix")
        self.assertIn("changed src/bank.h: 2 attributes", out)
        header = self.read("src/bank.h")
        self.assertIn("int balance_ __attribute__((guarded_by(mu_))) = 0;", header)
        self.assertIn("notes_ __attribute__((guarded_by(mu_)));", header)
        self.assertEqual(header.count("guarded_by"), 2)
        self.assertIn("last_ gets no attribute: only 3 of 4 accesses hold `mu_` (--fix-all", out)
        self.assertIn("count_ gets no attribute: clang does not see in "
                      "`bank::Journal::add_locked`", out)
        self.assertIn("lines_ gets no attribute: `std::mutex` is no capability", out)
        for name in ("src/mutex.h", "src/bank.cc", "src/journal.cc"):
            self.assertNotIn("guarded_by", self.read(name))
        for name in self.sources:
            self.assertEqual(self.clang(name), "")

    def test_clang_finds_the_access_that_loses_its_lock(self):
        self.guards("--fix")
        without = BANK_CC.replace("  mu_.lock();\n", "").replace("  mu_.unlock();\n", "")
        self.assertNotEqual(without, BANK_CC)
        self.write("src/bank.cc", without)
        self.assertIn("reading variable 'balance_' requires holding mutex 'mu_'",
                      self.clang("src/bank.cc"))
        self.write("src/bank.cc", BANK_CC.replace(
            "  MutexLock lock(mu_);\n  balance_ += amount;", "  balance_ += amount;"))
        self.assertIn("writing variable 'balance_' requires holding mutex 'mu_'",
                      self.clang("src/bank.cc"))

    def test_never_twice(self):
        self.guards("--fix")
        once = self.read("src/bank.h")
        out, _ = self.guards("--fix")
        self.assertEqual(self.read("src/bank.h"), once)
        self.assertNotIn("changed", out)
        self.assertIn("declared guarded_by(mu_)", out)

    def test_fix_all_also_where_clang_warns(self):
        out, _ = self.guards("--fix-all")
        self.assertIn("changed src/bank.h: 5 attributes", out)
        header = self.read("src/bank.h")
        self.assertIn("int last_ __attribute__((guarded_by(mu_))){0}, "
                      "count_ __attribute__((guarded_by(mu_))){0};", header)
        self.assertIn("int lines_ __attribute__((guarded_by(plain_))){0};", header)
        self.assertEqual(self.clang("src/bank.cc").count("requires holding"), 0)
        self.assertIn("reading variable 'last_' requires holding", self.clang("src/journal.cc"))

    def test_what_is_not_the_users_is_left_alone(self):
        os.rename(self.folder / "src/bank.h", self.folder / "bank.h")
        self.write("deps/bank.h", self.read("bank.h").replace('"mutex.h"', '"../src/mutex.h"'))
        (self.folder / "bank.h").unlink()
        self.write(".lockweave.toml", "system_bodies = true\n")
        self.database("-isystem deps")
        before = self.read("deps/bank.h")
        out, _ = self.guards("--fix-all")
        self.assertIn("guarded by mu_", out)
        self.assertIn("it is not in a file of the project", out)
        self.assertNotIn("changed", out)
        self.assertEqual(self.read("deps/bank.h"), before)

    def test_an_incomplete_program_proves_nothing(self):
        self.write("src/broken.cc", "#include \"nowhere.h\"\n")
        self.sources.append("src/broken.cc")
        self.database()
        out, err = self.guards("--fix", status=3)
        self.assertIn("nowhere.h", err)
        self.assertIn("some units were not analysed", out)
        self.assertEqual(self.read("src/bank.h"), BANK_H)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
