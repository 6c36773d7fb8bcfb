// tools/lockweave/reporting.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/reporting.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "tools/lockweave/progress.h"
#include "tools/lockweave/render_json.h"
#include "tools/lockweave/render_sarif.h"
#include "tools/lockweave/text.h"

namespace lockweave::cli {

void complain(const model::ReadError& problem) {
  fmt::print(stderr, "lockweave: {}\n", describe(problem));
}

void complain(const std::string& message, const std::string& remedy) {
  fmt::print(stderr, "lockweave: {}\n", message);
  if (!remedy.empty()) fmt::print(stderr, "  {}\n", remedy);
}

std::optional<Suppressions> suppressions_for(const ReportingOptions& options) {
  if (options.suppressions.empty()) return Suppressions();
  model::ReadError error;
  std::optional<Suppressions> loaded = Suppressions::load(options.suppressions, error);
  if (!loaded) complain(error);
  return loaded;
}

Results analyse_with_symbols(const Inputs& inputs, Suppressions& suppressions,
                             const ReportingOptions& options) {
  Progress progress(!options.quiet);
  LlvmSymbolizer symbolizer;
  symbolizer.on_progress([&progress](std::size_t done, std::size_t total) {
    progress.show("looking up source lines", done, total);
  });
  SymbolCache symbols(symbolizer);
  return analyse(inputs, symbols, suppressions);
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
                                  [threshold](const model::Finding& finding) {
                                    return finding.level >= *threshold;
                                  });
}

}  // namespace lockweave::cli
