// tools/lockweave/commands/cases.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave cases`: run the teaching suite and compare what is found with what its sources say.
//
// The exit code, first rule that fits:
//   no suite, a malformed one, a bad filter; a file could not be written   2
//   some case could not be run at all                                       4
//   some case differs                                                       1
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <set>
#include <thread>

#include "report/exit_code.h"
#include "report/progress.h"
#include "report/text.h"
#include "tools/lockweave/cases/case_report.h"
#include "tools/lockweave/cases/case_runner.h"
#include "tools/lockweave/commands/find_analyzer.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/preload.h"
#include "tools/lockweave/commands/reporting.h"
#include "tools/lockweave/commands/timed_child.h"

namespace lockweave::cli {
namespace {

std::optional<std::vector<Case>> find_cases(const CasesOptions& options) {
  std::vector<std::string> tried;
  const std::string manifest = find_suite(options.suite, tried);
  if (manifest.empty()) {
    complain(fmt::format("there is no suite of cases; looked for {}", joined(tried, ", ")),
             "build it: cmake --build BUILD_DIR --target lockweave_cases; or name its manifest.txt "
             "with --suite");
    return std::nullopt;
  }
  model::ReadError error;
  auto cases = load_suite(manifest, error);
  if (!cases) complain(error);
  return cases;
}

// Of "std-gcc" and "std-clang" the first: one compiler a form.
void keep_one_compiler(std::vector<Case>& cases) {
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(cases, [&seen](const Case& one) {
    return !seen.insert({one.source, one.form.substr(0, one.form.find('-'))}).second;
  });
}

bool filter_cases(const CasesOptions& options, std::vector<Case>& cases) {
  try {
    const std::regex wanted(options.filter);
    std::erase_if(cases,
                  [&wanted](const Case& one) { return !std::regex_search(one.id(), wanted); });
  } catch (const std::regex_error& error) {
    complain(fmt::format("--filter {} is no regular expression: {}", ticked(options.filter),
                         error.what()),
             "write for example --filter '^14_deadlock/' or --filter '/std-gcc$'");
    return false;
  }
  if (!cases.empty()) return true;
  complain(fmt::format("no case matches --filter {}", ticked(options.filter)),
           "a case is named TOPIC/PROGRAM/FORM, for example 14_deadlock/two_locks/std-gcc");
  return false;
}

bool both_halves_are_there(const CasesOptions& options, const std::vector<Case>& cases) {
  std::vector<std::string> tried;
  if (options.half != "analyzer" && find_runtime(options.runtime, tried).empty()) {
    complain(fmt::format("the runtime was not found; looked for {}", joined(tried, ", ")),
             "name it with --runtime PATH or LOCKWEAVE_RUNTIME, or build lockweave_runtime");
    return false;
  }
  const bool analyzed = std::any_of(cases.begin(), cases.end(),
                                    [](const Case& one) { return one.flags.has_value(); });
  tried.clear();
  if (options.half == "runtime" || !analyzed || !find_analyzer(tried).empty()) return true;
  complain(fmt::format("lockweave-analyze was not found; looked for {}", joined(tried, ", ")),
           "build it, name it with LOCKWEAVE_ANALYZE, or ask for --half runtime");
  return false;
}

int exit_code_of(const std::vector<CaseResult>& results) {
  const auto any = [&results](Verdict verdict) {
    return std::any_of(results.begin(), results.end(),
                       [verdict](const CaseResult& one) { return one.verdict() == verdict; });
  };
  if (any(Verdict::tool_failed)) return kToolFailed;
  return any(Verdict::differs) ? kFindings : kClean;
}

CaseRunner runner_for(const CasesOptions& options, Progress& progress) {
  CaseRunner runner;
  const unsigned asked = options.jobs != 0 ? options.jobs : std::thread::hardware_concurrency();
  runner.jobs = std::clamp(asked, 1u, static_cast<unsigned>(kTimedChildrenMax));
  runner.repeat = options.repeat;
  runner.timeout_s = options.timeout_s;
  runner.runtime = options.runtime;
  runner.halves = options.half.empty()        ? Halves::both
                  : options.half == "runtime" ? Halves::runtime
                                              : Halves::analyzer;
  runner.on_progress = [&progress](std::size_t done, std::size_t total) {
    progress.show("running cases", done, total);
  };
  return runner;
}

}  // namespace

int cases_command(const CasesOptions& options) {
  auto cases = find_cases(options);
  if (!cases) return kUsage;
  if (options.quick) keep_one_compiler(*cases);
  if (!filter_cases(options, *cases)) return kUsage;
  if (options.half == "analyzer") {
    std::erase_if(*cases, [](const Case& one) { return !one.flags; });
  }
  if (!both_halves_are_there(options, *cases)) return kToolFailed;
  Progress progress(!options.quiet);
  const std::vector<CaseResult> results = runner_for(options, progress).run(*cases);
  progress.clear();
  const int fd = options.json == "-" ? STDERR_FILENO : STDOUT_FILENO;
  fmt::print(fd == STDERR_FILENO ? stderr : stdout, "{}",
             render_cases(results, screen_of(fd, options.color), options.quiet));
  if (!options.json.empty()) {
    const std::string problem = write_file(options.json, render_cases_json(results));
    if (!problem.empty()) {
      complain(problem, "choose a file you may write to");
      return kUsage;
    }
  }
  return exit_code_of(results);
}

}  // namespace lockweave::cli
