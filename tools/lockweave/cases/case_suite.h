// tools/lockweave/cases/case_suite.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The built suite of teaching programs: where it lies, and what is in it. manifest.txt has a line a
// program: form, source, program, compile flags, separated by tabs, the flags by blanks; a path that
// is not absolute (of the flags that of -I) begins at the manifest's own folder, so that an installed
// suite can be moved. Of a script (source *.py) the program is its interpreter, and there are no flags.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/lockweave/cases/case_expectation.h"

namespace lockweave::cli {

struct Case {
  std::string topic;  // "14_deadlock": the folder of the source
  std::string name;   // "two_locks"
  std::string form;   // "std-gcc"
  std::string source;
  std::vector<std::string> command;
  std::optional<std::vector<std::string>> flags;  // nothing: not for the analyzer
  Expectation expectation;

  std::string id() const { return topic + "/" + name + "/" + form; }
  // Does `file` name this source? Its folder may have been moved or copied.
  bool is_source(const std::string& file) const;
};

// `option`, else next to this command in a build tree, else in an install tree. Empty if it is
// nowhere; `tried` then says where it was looked for.
std::string find_suite(const std::string& option, std::vector<std::string>& tried);

// Errors: nothing, and `error` says which line of the manifest or of a source is malformed.
std::optional<std::vector<Case>> load_suite(const std::string& manifest, model::ReadError& error);

}  // namespace lockweave::cli
