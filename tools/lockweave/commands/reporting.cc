// tools/lockweave/commands/reporting.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/reporting.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "report/complain.h"
#include "report/progress.h"
#include "report/render_json.h"
#include "report/render_sarif.h"
#include "report/render_terminal.h"
#include "report/text.h"
#include "tools/lockweave/records/run_folder.h"

namespace lockweave::cli {

std::optional<Suppressions> suppressions_for(const ReportingOptions& options) {
  if (options.suppressions.empty()) return Suppressions();
  model::ReadError error;
  std::optional<Suppressions> loaded = Suppressions::load(options.suppressions, error);
  if (!loaded) complain(error);
  return loaded;
}

Inputs load_named(const std::vector<std::string>& names, bool all_runs) {
  std::vector<std::string> files;
  std::vector<model::ReadError> problems;
  for (const std::string& name : names) {
    model::ReadError error;
    const auto found = record_files(name, all_runs, error);
    if (!error.message.empty()) problems.push_back(error);
    if (found) files.insert(files.end(), found->begin(), found->end());
  }
  Inputs inputs = load_files(files);
  inputs.problems.insert(inputs.problems.begin(), problems.begin(), problems.end());
  return inputs;
}

Results analyse_with_symbols(const Inputs& inputs, Suppressions& suppressions,
                             const ReportingOptions& options) {
  Progress progress(!options.quiet);
  LlvmSymbolizer symbolizer;
  symbolizer.on_progress([&progress](std::size_t done, std::size_t total) {
    progress.show("looking up source lines", done, total);
  });
  SymbolCache symbols(symbolizer);
  return analyse(inputs, symbols, suppressions,
                 options.all ? FilteredCycles::listed : FilteredCycles::counted);
}

bool print_to_stdout(std::string_view text) {
  const std::string problem = write_file("-", text);
  if (!problem.empty())
    complain(problem, "what was to be printed is lost: write it to a file with room");
  return problem.empty();
}

bool print_results(const Results& results, const ReportingOptions& options,
                   const PrintTarget& target) {
  const bool aside = target.to_stderr || options.sarif == "-" || options.json == "-";
  const TerminalStyle style{screen_of(aside ? STDERR_FILENO : STDOUT_FILENO, options.color),
                            current_folder(),
                            options.all,
                            options.quiet,
                            false,
                            {}};
  const std::string text = render_terminal(results, style);
  if (target.text.empty()) {
    if (!aside) return print_to_stdout(text);
    fmt::print(stderr, "{}", text);
    return true;
  }
  const std::string problem = write_file(target.text, text);
  if (!problem.empty()) complain(problem, "choose a file you may write to");
  return problem.empty();
}

bool write_reports(const Results& results, const ReportingOptions& options) {
  bool good = true;
  const auto write = [&good](const std::string& path, const std::string& text) {
    const std::string problem = write_file(path, text);
    if (problem.empty()) return;
    complain(problem, "choose a file you may write to");
    good = false;
  };
  const std::string folder = current_folder();
  if (!options.sarif.empty()) write(options.sarif, render_sarif(results, folder));
  if (!options.json.empty()) write(options.json, render_json(results));
  return good;
}

bool any_at_or_above(const Results& results, std::optional<model::Level> threshold) {
  return threshold && std::any_of(results.findings.begin(), results.findings.end(),
                                  [&](const model::Finding& finding) {
                                    return finding.level >= *threshold && is_new(results, finding);
                                  });
}

}  // namespace lockweave::cli
