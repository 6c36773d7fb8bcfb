// tools/lockweave/commands/gate.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave gate`: merge records and SARIF files, compare with what is accepted, fail on the rest.
//
// The exit code, first rule that fits:
//   nothing could be read; a malformed baseline; a file could not be written   2
//   some input could not be read, or an expected record is missing, or not all
//   lock orders could be searched                                              3
//   a finding at or above --fail-on is not in the baseline                     1
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "report/exit_code.h"
#include "report/text.h"
#include "tools/lockweave/commands/end_requests.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/reporting.h"

namespace lockweave::cli {
namespace {

// Nothing, after a message: it is malformed. Where --update-baseline is to make it: empty.
std::optional<Baseline> baseline_for(const GateOptions& options) {
  std::error_code error;
  const bool to_be_made =
      options.update_baseline && !std::filesystem::exists(options.baseline, error) && !error;
  if (options.baseline.empty() || to_be_made) return Baseline();
  model::ReadError problem;
  std::optional<Baseline> baseline = Baseline::load(options.baseline, problem);
  if (!baseline) complain(problem);
  return baseline;
}

void keep_only(const std::vector<std::size_t>& range, Inputs& inputs) {
  if (range.empty()) return;
  for (model::Record& record : inputs.records) {
    std::vector<model::RawFinding>& all = record.findings;
    all.resize(std::min(all.size(), range[1]));
    const std::size_t before = std::min(all.size(), range[0]);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before));
  }
}

bool is_record_of(const model::Record& record, const std::string& program) {
  const std::string_view exe = record.header.exe;
  return exe == program || exe.ends_with("/" + program) ||
         (program.starts_with("./") && exe.ends_with(program.substr(1)));
}

void miss(Results& results, std::string text) {
  results.incomplete = true;
  results.notes.push_back({"missing-record", model::Level::error, std::move(text)});
}

void check_expectations(const GateOptions& options, const Inputs& inputs, Results& results) {
  if (inputs.records.size() < options.expected_records) {
    miss(results, fmt::format("{} expected, {} found: some process was not watched, or its record "
                              "was not handed over",
                              counted(options.expected_records, "record"), inputs.records.size()));
  }
  const std::set<std::string> programs(options.expected_programs.begin(),
                                       options.expected_programs.end());
  for (const std::string& program : programs) {
    const bool found = std::any_of(
        inputs.records.begin(), inputs.records.end(),
        [&program](const model::Record& record) { return is_record_of(record, program); });
    if (!found) {
      miss(results, fmt::format("no record of {}: it did not run, or the runtime was not loaded "
                                "into it; `lockweave doctor {}` may say why",
                                ticked(program), program));
    }
  }
}

void complain_of_missing(const Results& results) {
  for (const Note& note : results.notes) {
    if (note.id == "missing-record") complain(note.text, "");
  }
}

void note_unmatched(Results& results) {
  if (results.unmatched_locks == 0) return;
  results.notes.push_back(
      {"unmatched-locks", model::Level::note,
       fmt::format("{} of {} taken in nestings {} met in one process only: no order across "
                   "processes is known of {}",
                   results.unmatched_locks, counted(results.nested_locks, "lock"),
                   results.unmatched_locks == 1 ? "was" : "were",
                   results.unmatched_locks == 1 ? "it" : "them")});
}

// What an unread input would have shown may still be there: then nothing is taken out.
bool write_update(const GateOptions& options, const Results& results, Baseline baseline) {
  const bool all_seen = is_whole(results) && !results.cycles_left_out;
  update(baseline, results.findings, *results.comparison, current_folder(), all_seen);
  const std::string problem = replace_file(options.baseline, baseline.text());
  if (!problem.empty()) complain(problem, "choose a file in a folder you may write to");
  return problem.empty();
}

}  // namespace

int gate_command(const GateOptions& options) {
  end_at_requests("ended by a signal; nothing was judged");
  std::optional<Suppressions> suppressions = suppressions_for(options.reporting);
  if (!suppressions) return kUsage;
  const std::optional<Baseline> baseline = baseline_for(options);
  if (!baseline) return kUsage;
  Inputs inputs = load_named(options.inputs, options.all_runs);
  keep_only(options.only_findings, inputs);
  if (options.reporting.quiet || inputs.nothing_read()) {
    for (const model::ReadError& problem : inputs.problems) complain(problem);
  }
  if (inputs.nothing_read()) return kUsage;

  Results results = analyse_with_symbols(inputs, *suppressions, options.reporting);
  if (!options.baseline.empty()) results.comparison = compare(results.findings, *baseline);
  check_expectations(options, inputs, results);
  if (options.reporting.quiet) complain_of_missing(results);
  note_unmatched(results);
  for (const std::string& remark : baseline->remarks()) {
    results.notes.push_back({"baseline", model::Level::note, remark});
  }
  if (!print_results(results, options.reporting, options.print)) return kUsage;
  if (!write_reports(results, options.reporting)) return kUsage;
  if (options.update_baseline && !write_update(options, results, *baseline)) return kUsage;
  if (!is_whole(results)) return kIncomplete;
  if (options.update_baseline) return kClean;
  return any_at_or_above(results, options.reporting.fail_on) ? kFindings : kClean;
}

}  // namespace lockweave::cli
