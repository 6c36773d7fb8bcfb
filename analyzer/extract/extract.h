// analyzer/extract/extract.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One translation unit of source becomes its summary. The only way into the part of the analyzer that
// knows clang; nothing of clang shows here.
//
// One parse; bodies in system headers are skipped (the types in them are known by name), then one
// walk over the control-flow graph of each function of the user's. Deterministic.
// A file that does not parse gives what could be understood, and its errors in Unit::errors.
// Thread-safety: one call at a time in a process (clang changes the working directory of none, but
// its option tables are global). A crash of clang is a crash of this process: run it in a worker.
// Cost: one parse, within 1.3 times of `clang -fsyntax-only`.
#pragma once

#include <string>
#include <vector>

#include "analyzer/summary/models.h"
#include "analyzer/summary/summary.h"

namespace lockweave::analyzer::extract {

struct Job {
  std::string source;     // absolute
  std::string directory;  // the command's
  std::vector<std::string>
      arguments;                   // compiler (argv[0]), flags, source: cleaned (driver/flags.h)
  std::string resource_directory;  // clang's own headers; empty: clang's default
  summary::Models models;
  std::vector<std::string> objects;  // for Unit::objects
};

struct Extracted {
  summary::Unit unit;
  std::vector<std::string> read;  // every file read, absolute, sorted, the source included
  bool parsed = false;            // a syntax tree came about, whole or in part
};

Extracted extract_unit(const Job& job);

}  // namespace lockweave::analyzer::extract
