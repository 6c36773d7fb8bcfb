# benchmarks/analyze_sample.py
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Some of Lockweave's own units, copied with all that they include: nobody edits them meanwhile, and a
header can be changed."""
import dataclasses
import json
import pathlib
import shlex
import shutil

FOLDERS = ("analyzer", "model", "runtime", "tests", "tools")  # what a unit may include
OUTPUT = ("-o", "-MF", "-MT", "-MQ")
OUTPUT_ALONE = ("-c", "-MD", "-MMD")


@dataclasses.dataclass
class Unit:
    source: str
    directory: str
    arguments: list  # what follows the name of the compiler, without outputs and source

    def command(self, compiler, *more):
        """C with the C compiler of the same name: "clang++-19" is "clang-19" then."""
        if self.source.endswith(".c"):
            compiler = compiler.replace("++", "")
        return [compiler, *self.arguments, *more, self.source]


def _without_outputs(words):
    kept, skip = [], False
    for word in words:
        if skip or word in OUTPUT:
            skip = not skip
        elif word not in OUTPUT_ALONE:
            kept.append(word)
    return kept


class Sample:
    """`count` units of the database in `build`, evenly spread over it; 0: all. Its own database lies
    in `folder`."""

    def __init__(self, root, build, folder, count):
        self.root, self.build, self.folder = root, build, folder
        for name in FOLDERS:
            shutil.copytree(root / name, folder / name, symlinks=True,
                            ignore=shutil.ignore_patterns("__pycache__"))
        entries = json.loads((build / "compile_commands.json").read_text())
        entries = {entry["file"]: entry for entry in entries if self._is_ours(entry["file"])}
        files = sorted(entries)
        if count:
            files = [files[i * len(files) // count] for i in range(min(count, len(files)))]
        self.units = [self._unit(entries[file]) for file in files]
        database = [{"directory": unit.directory, "file": unit.source,
                     "arguments": unit.command("clang++-19", "-c")} for unit in self.units]
        (folder / "compile_commands.json").write_text(json.dumps(database, indent=1))

    def _is_ours(self, file):
        path = pathlib.Path(file)
        return (path.is_relative_to(self.root) and not path.is_relative_to(self.build)
                and path.relative_to(self.root).parts[0] in FOLDERS)

    def _moved(self, word):
        """Paths in the tree become paths in the copy; what was made in the build folder stays there."""
        kept = word.replace(f"{self.build}", "\0")
        return kept.replace(f"{self.root}", f"{self.folder}").replace("\0", f"{self.build}")

    def _unit(self, entry):
        words = entry.get("arguments") or shlex.split(entry["command"])
        words = [word for word in _without_outputs(words[1:]) if word != entry["file"]]
        return Unit(self._moved(entry["file"]), entry["directory"],
                    [self._moved(word) for word in words])
