#!/usr/bin/env python3
# tests/tidy/house_rules.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rules of the house that no compiler checks:
  header       a source file begins with its path and its licence tag
  no-sleep     no test waits by the clock (`allow-sleep: reason` on the line: it tests sleeping)
  no-to-do     nothing is left for later in the code
  no-machine   no path of somebody's machine
  executable   what begins with #! can be executed, and nothing else
  display-text nothing is decided on words that are made to be read
  rule-page    every rule of the catalogue has its page in docs/rules
"""
import os
import re
import sys

import source_tree

SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
SOURCE_SUFFIXES = {".h", ".cc", ".c", ".inc", ".py"}
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(")
# Put together so that this file does not break its own rules.
TO_DO = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE = re.compile(r"(?<![\w.])(/wo" r"rk/|/ho" r"me/\w+/|/Us" r"ers/\w+/|/ro" r"ot/\w)")
# What people read, asked for what it says. Data has names of its own: rule ids, enumerations.
DECIDES_ON_TEXT = re.compile(
    r"(?:\.|->)(?:text|message|hint|reason|words|title|remedy)(?:\(\))?\s*"
    r"(?:\.(?:starts_with|ends_with|find|rfind|contains|compare)\b|[!=]=\s*\")")
SPEAKS_OF_FINDINGS = ("report/", "tools/", "analyzer/driver/", "analyzer/rules/")
RULE_ID = re.compile(r'^\s*(?:\{|Rule\{|\.id\s*=)\s*(?:\.id\s*=\s*)?"([a-z]+(?:-[a-z]+)+)"')


def is_script(text):
    return text.startswith("#!")


def header_complaint(name, text):
    lines = text.splitlines()
    if is_script(text):
        lines = lines[1:]
    public = name.removeprefix("runtime/include/")
    if not lines or not any(re.fullmatch(rf"(//|#|/?\s?\*+)\s*{re.escape(path)}", lines[0].strip())
                            for path in (name, public)):
        return f"the first line must be a comment with the path {name}"
    if not any(SPDX in line for line in lines[1:3]):
        return f"no licence tag in the second line: {SPDX}"
    return None


def line_complaints(name, text):
    in_tests = name.startswith("tests/") and not name.startswith("tests/tidy/")
    for number, line in enumerate(text.splitlines(), 1):
        if in_tests and SLEEP.search(line) and "allow-sleep:" not in line:
            yield f"{name}:{number}: no-sleep: order threads by steps, not by time"
        if TO_DO.search(line):
            yield f"{name}:{number}: no-to-do: {line.strip()}"
        if name.startswith(SPEAKS_OF_FINDINGS) and DECIDES_ON_TEXT.search(line):
            yield f"{name}:{number}: display-text: decide on data, not on words: {line.strip()}"
        if MACHINE.search(line):
            yield f"{name}:{number}: no-machine: {line.strip()}"


def rule_pages(root):
    catalogue = root / "model/rule_catalog.cc"
    if not catalogue.is_file():
        return
    ids = [match[1] for line in catalogue.read_text().splitlines()
           if (match := RULE_ID.match(line))]
    if not ids:
        yield "model/rule_catalog.cc:1: rule-page: found no rule ids in it"
    for rule in ids:
        if not (root / f"docs/rules/{rule}.md").is_file():
            yield f"model/rule_catalog.cc:1: rule-page: no docs/rules/{rule}.md"


def check(root):
    complaints = []
    for path in source_tree.files_of(root):
        name = str(path)
        try:
            text = (root / path).read_text()
        except UnicodeDecodeError:
            continue
        executable = os.access(root / path, os.X_OK)
        if is_script(text) != executable:
            state = "is executable" if executable else "begins with #!"
            complaints.append(f"{name}:1: executable: it {state}; it must do both or neither")
        if path.suffix in SOURCE_SUFFIXES or is_script(text):
            why = header_complaint(name, text)
            if why:
                complaints.append(f"{name}:1: header: {why}")
        complaints += line_complaints(name, text)
    complaints += rule_pages(root)
    return complaints


if __name__ == "__main__":
    sys.exit(source_tree.end_with(check(source_tree.root_from_arguments())))
