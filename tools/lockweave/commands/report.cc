// tools/lockweave/commands/report.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave report`: tell what records and SARIF files hold.
//
// The exit code, first rule that fits:
//   nothing could be read, or the report not be written      2
//   some input could not be read, or only in part, or not
//   all lock orders could be searched                        3
//   --fail-on was given and a finding is at or above it      1
//   whatever is found                                        0
#include "report/exit_code.h"
#include "tools/lockweave/commands/end_requests.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/reporting.h"

namespace lockweave::cli {
namespace {

void keep_only(std::size_t number, Inputs& inputs) {
  for (model::Record& record : inputs.records) {
    record.observations.clear();  // no cycles
    if (number >= record.findings.size()) continue;
    record.findings = {record.findings[number]};
  }
}

// The one finding, whatever is thought of it; its process is about to show it.
void show_alone(Results& results) {
  std::move(results.low_confidence.begin(), results.low_confidence.end(),
            std::back_inserter(results.findings));
  results.low_confidence.clear();
  results.filtered.clear();
  results.notes.clear();
  results.incomplete = false;
  results.ended_unseen = 0;  // it asks while it lives
}

}  // namespace

int report_command(const ReportOptions& options) {
  end_at_requests("ended by a signal; nothing of it is told yet");
  std::optional<Suppressions> suppressions = suppressions_for(options.reporting);
  if (!suppressions) return kUsage;
  Inputs inputs = load_named(options.inputs, options.all_runs);
  if (options.only_finding) {
    keep_only(*options.only_finding, inputs);
    inputs.situations = true;
  }
  const bool told_below = !options.reporting.quiet && !inputs.nothing_read();
  if (!told_below) {
    for (const model::ReadError& problem : inputs.problems) complain(problem);
  }
  if (inputs.nothing_read()) return kUsage;
  Results results = analyse_with_symbols(inputs, *suppressions, options.reporting);
  if (options.only_finding) show_alone(results);
  if (!print_results(results, options.reporting, options.print)) return kUsage;
  if (!write_reports(results, options.reporting)) return kUsage;
  if (!is_whole(results)) return kIncomplete;
  const bool fails =
      options.reporting.fail_on_given && any_at_or_above(results, options.reporting.fail_on);
  return fails ? kFindings : kClean;
}

}  // namespace lockweave::cli
