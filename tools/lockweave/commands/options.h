// tools/lockweave/commands/options.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each subcommand is asked to do, and the subcommands. Each is a function of its options that
// returns the exit code; arguments.cc fills the options from the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/finding.h"
#include "report/terminal.h"

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

// Where `report` and `gate` print.
struct PrintTarget {
  bool to_stderr = false;
  std::string text;  // file for what would be printed; empty: print it
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
  PrintTarget print;
  std::optional<std::size_t> only_finding;  // for the runtime: of what it concluded, this one alone
};

struct GateOptions {
  ReportingOptions reporting;
  std::vector<std::string> inputs;
  bool all_runs = false;
  PrintTarget print;
  std::string baseline;  // empty: everything is new
  bool update_baseline = false;
  std::size_t expected_records = 0;
  std::vector<std::string> expected_programs;
  // For test frameworks: of what the runtime concluded, only the findings [first, second) of a record.
  std::vector<std::size_t> only_findings;
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

struct AnalyzeOptions {
  ReportingOptions reporting;
  std::vector<std::string> sources;
  bool own_flags = false;  // "--" was given: `flags` compile the sources
  std::vector<std::string> flags;
  // As given; empty: not given.
  std::string build;
  std::string config;
  std::string cache;
  std::string jobs;
  std::string unit_timeout;
  std::string lock_graph;
  std::string guards_json;
  std::string resource_dir;
  bool infer_guards = false;
  bool fix = false;
  bool fix_all = false;
  bool no_cache = false;
  bool verbose = false;
};

struct CasesOptions {
  std::string suite;   // its manifest.txt; empty: look for it
  std::string filter;  // regular expression on TOPIC/PROGRAM/FORM
  std::string json;    // file to write; "-": standard output; empty: not
  std::string half;    // "runtime", "analyzer"; empty: both
  std::string runtime;
  unsigned repeat = 1;
  unsigned jobs = 0;  // 0: as many as there are processors
  double timeout_s = 30;
  bool quick = false;  // one compiler a form
  bool quiet = false;
  ColorChoice color = ColorChoice::automatic;
};

int run_command(const RunOptions& options);
int report_command(const ReportOptions& options);
int gate_command(const GateOptions& options);
int explain_command(const ExplainOptions& options);
int doctor_command(const DoctorOptions& options);
int analyze_command(const AnalyzeOptions& options);
int cases_command(const CasesOptions& options);

}  // namespace lockweave::cli
