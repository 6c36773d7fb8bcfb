#!/usr/bin/env python3
# tests/tidy/exports.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What liblockweave.so shows to the process it is loaded into, and what it pulls in: the exported
names are exactly those of the list, and nothing is needed but libc, its loader and libgcc_s.
  exports.py LIBRARY LIST            compare
  exports.py --update LIBRARY LIST   write the list anew
"""
import argparse
import pathlib
import re
import subprocess
import sys

NEEDED = re.compile(r"libc\.so\.6|ld-linux[^/]*\.so\.\d+|libgcc_s\.so\.1")


def exported(library):
    """Names in the dynamic symbol table that the library defines, with version where it has one."""
    text = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True,
                          check=True).stdout
    return sorted({line.split()[-1] for line in text.splitlines()
                   if line.split()[-2] != "A"})  # A: version definitions


def needed(library):
    text = subprocess.run(["readelf", "-d", library], capture_output=True, text=True,
                          check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()

    names = exported(options.library)
    if options.update:
        options.list.write_text("".join(f"{name}\n" for name in names))
        print(f"{len(names)} names written to {options.list}")
    listed = options.list.read_text().splitlines() if options.list.exists() else []
    complaints = [f"exported but not in the list: {name}" for name in names if name not in listed]
    complaints += [f"in the list but not exported: {name}" for name in listed if name not in names]
    complaints += [f"needs {name}: nothing may be pulled into the user's process"
                   for name in needed(options.library) if not NEEDED.fullmatch(name)]
    for complaint in complaints:
        print(complaint)
    if complaints and not options.update:
        print(f"if the change is meant: {sys.argv[0]} --update {options.library} {options.list}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
