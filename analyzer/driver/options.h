// analyzer/driver/options.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command line of lockweave-analyze, which `lockweave analyze` writes and a person may.
#pragma once

#include <optional>
#include <string>

#include "analyzer/driver/units.h"

namespace lockweave::analyzer::driver {

struct Options {
  Request request;
  std::string output = "-";  // findings (report/findings_file.h); "-": standard output
  std::string config;        // empty: the nearest .lockweave.toml of each source
  std::string cache;         // empty: in the build folder, else the user's
  bool no_cache = false;
  unsigned jobs = 0;  // 0: default_workers()
  double unit_timeout_s = 120;
  std::string lock_graph;     // FILE.dot or FILE.json; empty: not
  bool infer_guards = false;  // which lock guards which member, instead of findings
  std::string guards_json;    // file for it; "-": standard output; empty: not
  bool fix = false;           // write guarded_by attributes into the sources
  bool fix_all = false;       // also where clang would warn
  std::string resource_dir;   // clang's own headers; empty: find them
  bool all = false;           // name every unit that has a problem
  bool quiet = false;         // no progress line
  bool verbose = false;       // what clang prints when it crashes is seen
};

// Nothing: `exit_code` is that of the program, all is said.
std::optional<Options> parse_options(int argc, const char* const* argv, int& exit_code);

}  // namespace lockweave::analyzer::driver
