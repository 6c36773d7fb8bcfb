# tests/tidy/source_tree.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the tidy tests share: which files belong to the repository, and how to end."""
import pathlib
import subprocess
import sys


def files_of(root):
    """All files git tracks or would track, as paths relative to `root`; sorted."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
               "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:  # an unpacked archive
        names = [str(path.relative_to(root)) for path in root.rglob("*")
                 if path.relative_to(root).parts[0] not in (".git", "build")]
    return sorted(pathlib.PurePosixPath(name) for name in set(names)
                  if name and (root / name).is_file())


def end_with(complaints):
    """Prints complaints, one a line in the form file:line: text; ends the process."""
    for complaint in complaints:
        print(complaint)
    print(f"{len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


def root_from_arguments():
    """The folder named on the command line, else this repository."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]).resolve()
    return pathlib.Path(__file__).resolve().parents[2]
