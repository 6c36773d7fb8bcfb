// tools/lockweave/options.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each subcommand is asked to do, and the subcommands. Each is a function of its options that
// returns the exit code; arguments.cc fills the options from the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/finding.h"
#include "tools/lockweave/terminal.h"

namespace lockweave::cli {

struct ReportingOptions {
  std::string sarif;  // files to write; "-": standard output; empty: not
  std::string json;
  std::string suppressions;
  bool fail_on_given = false;
  std::optional<model::Level> fail_on = model::Level::warning;  // nothing: never
  bool all = false;
  bool quiet = false;
  ColorChoice color = ColorChoice::automatic;
};

struct RunOptions {
  ReportingOptions reporting;
  std::vector<std::string> command;  // program and its arguments
  std::string output = "lockweave-out";
  std::string runtime;
  std::string options;       // key=value:key=value
  std::string hang_timeout;  // as given; empty: not given
  std::string on_deadlock;
  std::string status_signal;
};

struct ReportOptions {
  ReportingOptions reporting;
  std::vector<std::string> inputs;
  bool all_runs = false;
  bool to_stderr = false;
  std::string text;  // file for what would be printed; empty: print it
};

struct ExplainOptions {
  std::string rule;  // empty: list all
  ColorChoice color = ColorChoice::automatic;
};

struct DoctorOptions {
  std::string program;  // empty: only the machine
  std::string runtime;
  std::string output = "lockweave-out";
  ColorChoice color = ColorChoice::automatic;
};

int run_command(const RunOptions& options);
int report_command(const ReportOptions& options);
int explain_command(const ExplainOptions& options);
int doctor_command(const DoctorOptions& options);

}  // namespace lockweave::cli
