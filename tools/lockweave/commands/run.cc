// tools/lockweave/commands/run.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave run`: start a program with the runtime loaded, wait for it, tell what was found.
//
// The exit code, first rule that fits:
//   the program could not be started or observed      2
//   the runtime is missing                            4
//   the program failed by itself, or was killed       its own code, 128+n
//   a report file or log could not be written         2
//   findings at or above --fail-on                    66, or what `exitcode=` says
//   the program left no record, a record is damaged, or
//   not all lock orders could be searched             3
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "report/exit_code.h"
#include "report/render_terminal.h"
#include "report/text.h"
#include "tools/lockweave/commands/end_requests.h"
#include "tools/lockweave/commands/launcher.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/preload.h"
#include "tools/lockweave/commands/program.h"
#include "tools/lockweave/commands/reporting.h"
#include "tools/lockweave/records/run_folder.h"

extern char** environ;

namespace lockweave::cli {
namespace {

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

std::optional<std::string> usable_runtime(const RunOptions& options) {
  std::vector<std::string> tried;
  std::string runtime = find_runtime(options.runtime, tried);
  if (runtime.empty()) {
    complain(fmt::format("the runtime was not found; looked for {}", joined(tried, ", ")),
             "name it with --runtime PATH or LOCKWEAVE_RUNTIME, or install Lockweave again");
    return std::nullopt;
  }
  if (runtime.find_first_of(" :") != std::string::npos) {
    complain(fmt::format("the runtime's path {} holds a blank or a colon, which LD_PRELOAD cannot "
                         "name",
                         ticked(runtime)),
             "copy it elsewhere and name it with --runtime PATH");
    return std::nullopt;
  }
  return runtime;
}

std::vector<RunSetting> settings_of(const RunOptions& options) {
  std::vector<RunSetting> settings;
  const auto add = [&settings](const char* key, const std::string& value) {
    if (!value.empty()) settings.push_back({key, value});
  };
  add("hang_timeout", options.hang_timeout);
  add("on_deadlock", options.on_deadlock);
  add("status_signal", options.status_signal);
  if (options.reporting.fail_on_given) {
    const auto level = options.reporting.fail_on;
    add("fail_on", level ? std::string(model::to_string(*level)) : "never");
  }
  if (!options.reporting.suppressions.empty()) {
    add("suppressions", std::filesystem::absolute(options.reporting.suppressions).string());
  }
  return settings;
}

// A setting of the runtime that the launcher honours too, in the order the runtime reads it.
std::string runtime_setting(const RunOptions& options, std::string_view key) {
  const char* users = std::getenv("LOCKWEAVE_OPTIONS");
  const std::string value = option_value(options.options, key);
  return value.empty() && users != nullptr ? option_value(users, key) : value;
}

int code_for_findings(const RunOptions& options) {
  const std::string value = runtime_setting(options, "exitcode");
  if (value.empty()) return kFindingsInRun;
  char* end = nullptr;
  const long code = std::strtol(value.c_str(), &end, 10);
  return *end == '\0' && code >= 0 && code <= 255 ? static_cast<int>(code) : kFindingsInRun;
}

bool has_record_of(const Inputs& inputs, pid_t root) {
  for (const model::Record& record : inputs.records) {
    if (record.header.root || record.header.pid == static_cast<std::uint64_t>(root)) return true;
  }
  return false;
}

Inputs records_of(const std::string& folder) {
  model::ReadError error;
  const auto files = record_files(folder, false, error);
  return files ? load_files(*files) : Inputs();
}

Launched start(const RunOptions& options, const Program& program, const std::string& runtime,
               const std::string& folder) {
  const Preload preload{runtime, program.load_first, folder, settings_of(options), options.options};
  std::vector<std::string> arguments = options.command;
  std::string path = program.path;
  if (program.shell_script) {
    arguments[0] = path;
    arguments.insert(arguments.begin(), "sh");
    path = program.binary;
  }
  return launch(path, arguments, environment_for(preload, own_environment()),
                EndRequests::held_back);
}

// To stderr; with `log_path=PREFIX` to PREFIX.<pid>, as ThreadSanitizer does, and only if there is
// something to tell. False: could not be written.
bool tell(const Results& results, const RunOptions& options, const std::string& folder, pid_t pid) {
  const std::string prefix = runtime_setting(options, "log_path");
  const bool to_file = !prefix.empty() && prefix != "stderr" && prefix != "stdout";
  const int screen = to_file ? -1 : prefix == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
  const TerminalStyle style{screen_of(screen, options.reporting.color),
                            current_folder(),
                            options.reporting.all,
                            options.reporting.quiet,
                            !to_file,
                            below(folder, current_folder())};
  const std::string text = render_terminal(results, style);
  if (!to_file) {
    if (screen == STDOUT_FILENO) return print_to_stdout(text);
    fmt::print(stderr, "{}", text);
    return true;
  }
  if (results.findings.empty() && results.notes.empty()) return true;
  const std::string problem = write_file(fmt::format("{}.{}", prefix, pid), text);
  if (!problem.empty()) complain(problem, "choose a log_path you may write to");
  return problem.empty();
}

std::string death_in_words(int status) {
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return name != nullptr ? fmt::format("was ended by SIG{}", name)
                         : fmt::format("was ended by signal {}", WTERMSIG(status));
}

// The runtime leaves the file, empty, where it can make it but not write to it.
bool has_empty_record(const std::string& folder, pid_t pid) {
  const std::string part = fmt::format(".{}.", pid);
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable)) {
    if (entry.path().filename().string().find(part) != std::string::npos) return true;
  }
  return false;
}

std::string why_no_record(const RunOptions& options, const Launched& launched,
                          const std::string& folder) {
  if (WIFSIGNALED(launched.status)) return "it " + death_in_words(launched.status);
  if (has_empty_record(folder, launched.pid)) {
    return "the runtime could not write it, and has said why above";
  }
  return fmt::format(
      "the runtime was not loaded into it, or could not write one and has said so above; "
      "`lockweave doctor {}` may say why",
      options.command.front());
}

// Prints everything and decides the exit code.
int conclude(const RunOptions& options, const Launched& launched, const std::string& folder,
             Suppressions& suppressions) {
  Inputs inputs = records_of(folder);
  if (WIFSIGNALED(launched.status)) {
    inputs.deaths[static_cast<std::uint64_t>(launched.pid)] = death_in_words(launched.status);
  }
  Results results = analyse_with_symbols(inputs, suppressions, options.reporting);
  const bool observed = has_record_of(inputs, launched.pid);
  if (!observed) {
    results.incomplete = true;
    results.notes.push_back({"no-record", model::Level::error,
                             fmt::format("{} left no record: {}", ticked(options.command.front()),
                                         why_no_record(options, launched, folder))});
  }
  const bool told = tell(results, options, folder, launched.pid);
  const bool written = write_reports(results, options.reporting);

  const int own = shell_code(launched.status);
  if (own != 0) return own;
  if (!told || !written) return kUsage;
  if (any_at_or_above(results, options.reporting.fail_on)) return code_for_findings(options);
  return is_whole(results) ? kClean : kIncomplete;
}

}  // namespace

int run_command(const RunOptions& options) {
  std::optional<Suppressions> suppressions = suppressions_for(options.reporting);
  if (!suppressions) return kUsage;
  const Program program = inspect_program(options.command.front());
  if (program.obstacle) {
    complain(program.obstacle->message, program.obstacle->remedy);
    return kUsage;
  }
  const std::optional<std::string> runtime = usable_runtime(options);
  if (!runtime) return kToolFailed;
  model::ReadError error;
  const std::optional<std::string> folder = make_run_folder(options.output, error);
  if (!folder) {
    complain(error);
    return kUsage;
  }
  const Launched launched = start(options, program, *runtime, *folder);
  if (launched.error != 0) {
    complain(fmt::format("{} cannot be started: {}", ticked(options.command.front()),
                         std::strerror(launched.error)),
             "check that it runs without lockweave");
    return kUsage;
  }
  constexpr std::chrono::milliseconds kMeantForTheProgram(1000);
  end_at_requests(
      fmt::format("ended by a signal before all was told; `lockweave report {}` tells it", *folder),
      kMeantForTheProgram);
  let_end_requests_through();
  return conclude(options, launched, *folder, *suppressions);
}

}  // namespace lockweave::cli
