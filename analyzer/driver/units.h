// analyzer/driver/units.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which translation units are to be analysed, and with what command: all of a compile_commands.json,
// those of it that were named, or files with flags of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyzer/extract/compile_database.h"
#include "model/record_reader.h"

namespace lockweave::analyzer::driver {

struct Request {
  std::string build;                 // -p: a folder, or the file itself; empty: look for it
  std::vector<std::string> sources;  // files, or folders: all of the database below them
  bool own_flags = false;            // no database: `flags` are what compiles `sources`
  std::vector<std::string> flags;
};

struct Selection {
  std::vector<extract::CompileCommand> units;  // cleaned (flags.h), none twice; by file, arguments
  std::string database;                        // absolute path of the file; empty: none was used
  bool whole = false;                          // all of the database
  std::size_t foreign = 0;                     // entries that are neither C nor C++
};

// Errors: nothing, and `error` says what is wrong and what to do.
std::optional<Selection> select_units(const Request& request, model::ReadError& error);

}  // namespace lockweave::analyzer::driver
