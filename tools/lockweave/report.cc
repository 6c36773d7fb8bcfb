// tools/lockweave/report.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave report`: tell what records hold.
//
// The exit code, first rule that fits:
//   nothing could be read, or a report file not be written   2
//   some input could not be read, or only in part            3
//   --fail-on was given and a finding is at or above it      1
#include <fmt/core.h>
#include <unistd.h>

#include "tools/lockweave/exit_code.h"
#include "tools/lockweave/options.h"
#include "tools/lockweave/render_terminal.h"
#include "tools/lockweave/reporting.h"
#include "tools/lockweave/run_folder.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {
namespace {

Inputs load(const ReportOptions& options) {
  std::vector<std::string> files;
  std::vector<model::ReadError> problems;
  for (const std::string& input : options.inputs) {
    model::ReadError error;
    const auto found = record_files(input, options.all_runs, error);
    if (!found) {
      problems.push_back(error);
    } else {
      files.insert(files.end(), found->begin(), found->end());
    }
  }
  Inputs inputs = load_records(files);
  inputs.problems.insert(inputs.problems.begin(), problems.begin(), problems.end());
  return inputs;
}

}  // namespace

int report_command(const ReportOptions& options) {
  std::optional<Suppressions> suppressions = suppressions_for(options.reporting);
  if (!suppressions) return kUsage;
  const Inputs inputs = load(options);
  const bool told_below = !options.reporting.quiet && !inputs.records.empty();
  if (!told_below) {
    for (const model::ReadError& problem : inputs.problems) complain(problem);
  }
  if (inputs.records.empty()) return kUsage;
  const Results results = analyse_with_symbols(inputs, *suppressions, options.reporting);
  const bool aside =
      options.to_stderr || options.reporting.sarif == "-" || options.reporting.json == "-";
  const int fd = aside ? STDERR_FILENO : STDOUT_FILENO;
  const TerminalStyle style{screen_of(fd, options.reporting.color),
                            current_folder(),
                            options.reporting.all,
                            options.reporting.quiet,
                            false,
                            {}};
  if (options.text.empty()) {
    fmt::print(aside ? stderr : stdout, "{}", render_terminal(results, style));
  } else if (const std::string problem = write_file(options.text, render_terminal(results, style));
             !problem.empty()) {
    complain(problem, "choose a file you may write to");
    return kUsage;
  }
  if (!write_reports(results, options.reporting)) return kUsage;
  if (results.incomplete) return kIncomplete;
  const bool fails =
      options.reporting.fail_on_given && any_at_or_above(results, options.reporting.fail_on);
  return fails ? kFindings : kClean;
}

}  // namespace lockweave::cli
