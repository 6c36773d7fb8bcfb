// tools/lockweave/commands/analyze.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave analyze`: have lockweave-analyze look at the sources, and tell what it found.
//
// The exit code, first rule that fits:
//   wrong usage or input; a file could not be written                      2
//   the analyzer is not there, or failed                                   4
//   some units could not be analysed, or only in part, or not all lock
//   orders be searched                                                     3
//   a finding at or above --fail-on; a suppression of the project's own
//   configuration that matches nothing in the whole database               1
#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "report/exit_code.h"
#include "report/findings_file.h"
#include "report/text.h"
#include "tools/lockweave/commands/find_analyzer.h"
#include "tools/lockweave/commands/launcher.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/preload.h"
#include "tools/lockweave/commands/reporting.h"

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;

// The file that the analyzer writes to; removed at the end.
class HandOver {
 public:
  HandOver() : path_((fs::temp_directory_path() / "lockweave-findings-XXXXXX").string()) {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "no file " + path_);
    ::close(fd);
  }
  HandOver(const HandOver&) = delete;
  HandOver& operator=(const HandOver&) = delete;
  ~HandOver() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> command_for(const AnalyzeOptions& options, const std::string& analyzer,
                                     const std::string& output) {
  std::vector<std::string> command{analyzer, "--output", output};
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"-p", options.build},
                                    {"--config", options.config},
                                    {"--cache", options.cache},
                                    {"--jobs", options.jobs},
                                    {"--unit-timeout", options.unit_timeout},
                                    {"--lock-graph", options.lock_graph},
                                    {"--guards-json", options.guards_json},
                                    {"--resource-dir", options.resource_dir}}) {
    if (!value.empty()) command.insert(command.end(), {name, value});
  }
  for (const auto& [name, given] : {std::pair<const char*, bool>{"--no-cache", options.no_cache},
                                    {"--infer-guards", options.infer_guards},
                                    {"--fix", options.fix},
                                    {"--fix-all", options.fix_all},
                                    {"--all", options.reporting.all},
                                    {"--quiet", options.reporting.quiet},
                                    {"--verbose", options.verbose}}) {
    if (given) command.emplace_back(name);
  }
  command.insert(command.end(), options.sources.begin(), options.sources.end());
  if (options.own_flags) {
    command.emplace_back("--");
    command.insert(command.end(), options.flags.begin(), options.flags.end());
  }
  return command;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

// The exit code of a run that left no findings; nothing: it did.
std::optional<int> run_analyzer(const std::vector<std::string>& command) {
  const Launched run = launch(command.front(), command, own_environment());
  if (run.error != 0) {
    complain(fmt::format("{} cannot be started: {}", command.front(), std::strerror(run.error)),
             "install it anew, or name another with LOCKWEAVE_ANALYZE");
    return kToolFailed;
  }
  if (WIFSIGNALED(run.status)) {
    const int signal = WTERMSIG(run.status);
    const bool asked = signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
    if (!asked) complain(fmt::format("lockweave-analyze was ended by signal {}", signal), "");
    return asked ? shell_code(run.status) : kToolFailed;
  }
  const int code = WEXITSTATUS(run.status);
  if (code == kClean || code == kIncomplete) return std::nullopt;
  return code == kUsage ? kUsage : kToolFailed;
}

std::optional<AnalyzerReport> read_report(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  model::ReadError error;
  std::optional<AnalyzerReport> report = read_findings(text, path, error);
  if (!report) complain(error);
  return report;
}

// The user's list and those of the projects' configurations.
struct AllSuppressions {
  Suppressions given;
  std::vector<Suppressions> configured;

  bool match(const model::Finding& finding) {
    const std::set<std::string> texts = texts_of(finding);
    bool matched = given.match(finding.rule, texts);
    for (Suppressions& one : configured) matched |= one.match(finding.rule, texts);
    return matched;
  }
};

void suppress(AllSuppressions& suppressions, Results& results) {
  std::set<std::string> gone;
  const auto is_suppressed = [&](const model::Finding& finding) {
    const bool matched = suppressions.match(finding);
    if (matched) gone.insert(finding.fingerprint);
    return matched;
  };
  std::erase_if(results.findings, is_suppressed);
  std::erase_if(results.low_confidence, is_suppressed);
  std::erase_if(results.filtered,
                [&](const FilteredCycle& cycle) { return is_suppressed(cycle.finding); });
  results.suppressed += gone.size();
}

void note_unused(const std::vector<std::string>& entries, model::Level level, Results& results) {
  for (const std::string& entry : entries) {
    results.notes.push_back({"unused-suppression", level, "suppression matched nothing: " + entry});
  }
}

// Entries of the projects' own lists that match nothing. A part that was not analysed may be what an
// entry is for.
std::vector<std::string> dead_entries(const AllSuppressions& suppressions,
                                      const AnalyzerReport& report) {
  std::vector<std::string> dead;
  if (!report.whole || !is_whole(report.results)) return dead;
  for (const Suppressions& one : suppressions.configured) {
    for (const std::string& entry : one.unused()) dead.push_back(entry);
  }
  return dead;
}

// The analyzer has printed the guards; findings are not looked for.
void tell_notes(const Results& results) {
  for (const Note& note : results.notes) complain(note.text, "");
}

}  // namespace

int analyze_command(const AnalyzeOptions& options) {
  std::optional<Suppressions> given = suppressions_for(options.reporting);
  if (!given) return kUsage;
  std::vector<std::string> tried;
  const std::string analyzer = find_analyzer(tried);
  if (analyzer.empty()) {
    complain(fmt::format("lockweave-analyze was not found; looked for {}", joined(tried, ", ")),
             "install it beside lockweave, or name it with LOCKWEAVE_ANALYZE");
    return kToolFailed;
  }
  const HandOver hand_over;
  if (const auto code = run_analyzer(command_for(options, analyzer, hand_over.path()))) {
    return *code;
  }
  std::optional<AnalyzerReport> report = read_report(hand_over.path());
  if (!report) return kToolFailed;

  if (options.infer_guards) {
    tell_notes(report->results);
    return is_whole(report->results) ? kClean : kIncomplete;
  }

  AllSuppressions suppressions{std::move(*given), {}};
  for (const std::string& path : report->suppressions) {
    model::ReadError error;
    std::optional<Suppressions> loaded = Suppressions::load(path, error);
    if (!loaded) {
      complain(error);
      return kUsage;
    }
    suppressions.configured.push_back(std::move(*loaded));
  }
  Results& results = report->results;
  results.units = report->units;
  results.lines = report->lines;
  suppress(suppressions, results);
  const std::vector<std::string> dead = dead_entries(suppressions, *report);
  note_unused(suppressions.given.unused(), model::Level::note, results);
  note_unused(dead, model::Level::error, results);
  // What makes the run fail is said even when it is to be quiet.
  if (options.reporting.quiet) {
    for (const std::string& entry : dead) {
      complain("suppression matched nothing: " + entry, "remove it from the project's list");
    }
  }
  if (!print_results(results, options.reporting, {})) return kUsage;
  if (!write_reports(results, options.reporting)) return kUsage;
  if (!is_whole(results)) return kIncomplete;
  const bool fails = any_at_or_above(results, options.reporting.fail_on);
  return fails || !dead.empty() ? kFindings : kClean;
}

}  // namespace lockweave::cli
