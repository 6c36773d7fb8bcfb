// tools/lockweave/commands/arguments.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/arguments.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <memory>

#include "report/exit_code.h"
#include "report/visible.h"
#include "tools/lockweave/commands/options.h"

namespace lockweave::cli {
namespace {

constexpr const char* kMainFooter =
    "Examples:\n"
    "  lockweave run -- ./my_tests        watch a program and all it starts\n"
    "  lockweave run -- ctest             watch a whole test suite\n"
    "  lockweave report lockweave-out     tell the newest run again\n"
    "  lockweave analyze -p build         find what the code can do wrong, without running it\n"
    "  lockweave gate --baseline known.txt lockweave-out   fail on what is new\n"
    "  lockweave explain deadlock         what a rule means and how to fix it\n\n"
    "Exit codes: 0 clean, 1 findings, 2 wrong usage or input, 3 incomplete, 4 the tool failed,\n"
    "66 (run) the program exited 0 but had findings.";
constexpr const char* kRunFooter =
    "A program that fails keeps its exit code (128+n if signal n ended it); one that exits 0 with\n"
    "findings at or above --fail-on gives 66. Settings of the runtime: LOCKWEAVE_OPTIONS=help=1.";
constexpr const char* kReportFooter =
    "Exit codes: 0 whatever is found; with --fail-on 1 if a finding is at or above it; 2 wrong "
    "usage\n"
    "or input, 3 incomplete (some input could not be read, or not all lock orders be searched).";
constexpr const char* kGateFooter =
    "Exit codes: 0 nothing new, 1 something new at or above --fail-on, 2 wrong usage or input,\n"
    "3 incomplete (some input could not be read, an expected record is missing, or not all lock\n"
    "orders could be searched).";
constexpr const char* kFailsFromWarning =
    "note, warning, error or never: from which level findings fail (default warning)";
constexpr const char* kFailsIfGiven =
    "note, warning, error or never: from which level findings fail (without it none does)";
constexpr const char* kAnalyzeFooter =
    "Examples:\n"
    "  lockweave analyze -p build                  all that build/compile_commands.json names\n"
    "  lockweave analyze -p build src/bank.cc      one source of it\n"
    "  lockweave analyze bank.cc -- -std=c++20     a source with flags of its own\n\n"
    "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or input, 3 some units\n"
    "could not be analysed or only in part, 4 the tool failed.";
constexpr const char* kCasesFooter =
    "A case is named TOPIC/PROGRAM/FORM. Exit codes: 0 all as expected, 1 some differ, 2 wrong "
    "usage\n"
    "or no suite, 4 some could not be run.";
constexpr const char* kDoctorFooter =
    "Exit codes: 0 all is usable, 1 something is bad, 2 the program does not exist.";

class RunFormatter final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: lockweave run [OPTIONS] -- PROGRAM [ARGS...]\n";
  }
};

class AnalyzeFormatter final : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: lockweave analyze [-p BUILD_DIR] [OPTIONS] [FILE...] [-- COMPILE_FLAGS...]\n";
  }
};

// A check whose words stand in the option's description already.
CLI::Validator quiet(CLI::Validator check) { return check.description(""); }
CLI::Validator named_words(const std::vector<std::string>& words) {
  return quiet(CLI::IsMember(words));
}

void add_color(CLI::App& command, ColorChoice& color) {
  command
      .add_option_function<std::string>(
          "--color",
          [&color](const std::string& when) {
            color = when == "always"  ? ColorChoice::always
                    : when == "never" ? ColorChoice::never
                                      : ColorChoice::automatic;
          },
          "auto, always or never (default auto)")
      ->type_name("WHEN")
      ->check(named_words({"auto", "always", "never"}));
}

void add_reporting(CLI::App& command, ReportingOptions& options,
                   const char* fail_on = kFailsFromWarning) {
  command.add_option("--sarif", options.sarif, "write SARIF 2.1.0; - is standard output")
      ->type_name("FILE");
  command.add_option("--json", options.json, "write JSON; - is standard output")->type_name("FILE");
  command.add_option("--suppressions", options.suppressions, "what not to report: rule:glob lines")
      ->type_name("FILE");
  command
      .add_option_function<std::string>(
          "--fail-on",
          [&options](const std::string& level) {
            options.fail_on_given = true;
            options.fail_on.reset();
            if (level == "note") options.fail_on = model::Level::note;
            if (level == "warning") options.fail_on = model::Level::warning;
            if (level == "error") options.fail_on = model::Level::error;
          },
          fail_on)
      ->type_name("LEVEL")
      ->check(named_words({"note", "warning", "error", "never"}));
  command.add_flag("--all", options.all, "also filtered cycles with the reason, low confidence");
  command.add_flag("--quiet", options.quiet, "only the summary line");
  add_color(command, options.color);
}

void add_run(CLI::App& app, RunOptions& options) {
  CLI::App& command = *app.add_subcommand("run", "run a program with the runtime loaded");
  command.formatter(std::make_shared<RunFormatter>());
  command.footer(kRunFooter);
  command.prefix_command();
  add_reporting(command, options.reporting);
  command.add_option("--output", options.output, "folder for records (default lockweave-out)")
      ->type_name("DIR");
  command.add_option("--runtime", options.runtime, "the runtime, liblockweave.so")
      ->type_name("PATH");
  command.add_option("--options", options.options, "settings of the runtime, key=value:key=value")
      ->type_name("TEXT");
  command
      .add_option(
          "--hang-timeout", options.hang_timeout,
          "report a stall after so many seconds, 0 is off (default: a wait for a lock, after "
          "30 s, as a note)")
      ->type_name("SECONDS")
      ->check(quiet(CLI::Range(0, 1'000'000)));
  command
      .add_option("--on-deadlock", options.on_deadlock,
                  "exit, abort or wait: what follows a certain deadlock (default exit)")
      ->type_name("WHAT")
      ->check(named_words({"exit", "abort", "wait"}));
  command
      .add_option("--status-signal", options.status_signal,
                  "signal number on which the live lock table is printed")
      ->type_name("N")
      ->check(quiet(CLI::Range(1, 64)));
}

void add_inputs(CLI::App& command, std::vector<std::string>& inputs, bool& all_runs,
                PrintTarget& print) {
  command
      .add_option("INPUT", inputs, "records (*.jsonl), run folders, output folders, SARIF files")
      ->required()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--all-runs", all_runs, "of an output folder all runs, not the newest");
  command.add_flag("--stderr", print.to_stderr, "print to standard error");
  command.add_option("--text", print.text, "write what would be printed to FILE")
      ->type_name("FILE");
}

void add_report(CLI::App& app, ReportOptions& options) {
  CLI::App& command = *app.add_subcommand("report", "tell what records hold");
  command.footer(kReportFooter);
  add_inputs(command, options.inputs, options.all_runs, options.print);
  command.add_option("--only-finding", options.only_finding)->group("");
  add_reporting(command, options.reporting, kFailsIfGiven);
}

void add_gate(CLI::App& app, GateOptions& options) {
  CLI::App& command = *app.add_subcommand("gate", "merge records, fail on what is new");
  command.footer(kGateFooter);
  add_inputs(command, options.inputs, options.all_runs, options.print);
  CLI::Option* const baseline =
      command.add_option("--baseline", options.baseline, "accepted findings: only others fail");
  baseline->type_name("FILE");
  command
      .add_flag("--update-baseline", options.update_baseline,
                "write what is found to the baseline, and accept it")
      ->needs(baseline);
  command.add_option("--only-findings", options.only_findings)->expected(2)->group("");
  command
      .add_option("--expect-records", options.expected_records,
                  "with fewer different records the result is incomplete")
      ->type_name("N");
  command
      .add_option("--expect", options.expected_programs,
                  "without a record of PROGRAM (a name or path) it is incomplete")
      ->type_name("PROGRAM")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->take_all();
  add_reporting(command, options.reporting);
}

void add_explain(CLI::App& app, ExplainOptions& options) {
  CLI::App& command = *app.add_subcommand("explain", "what a rule means and how to fix it");
  command.add_option("RULE", options.rule, "a rule id; without one, all are listed");
  add_color(command, options.color);
}

void add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App& command = *app.add_subcommand("doctor", "what works here, or with this program");
  command.footer(kDoctorFooter);
  command.add_option("PROGRAM", options.program, "a program to examine");
  command.add_option("--runtime", options.runtime, "the runtime, liblockweave.so")
      ->type_name("PATH");
  command.add_option("--output", options.output, "folder for records (default lockweave-out)")
      ->type_name("DIR");
  add_color(command, options.color);
}

// Instead of findings, so without what is for these.
void add_guards(CLI::App& command, AnalyzeOptions& options) {
  CLI::Option* const infer =
      command.add_flag("--infer-guards", options.infer_guards,
                       "instead of findings: which lock guards which member, by the evidence");
  for (const char* name : {"--sarif", "--json", "--suppressions", "--fail-on"}) {
    infer->excludes(command.get_option(name));
  }
  command
      .add_option("--guards-json", options.guards_json,
                  "write the guards as JSON; - is standard output")
      ->type_name("FILE")
      ->needs(infer);
  command
      .add_flag("--fix", options.fix, "write guarded_by attributes where clang will agree to them")
      ->needs(infer);
  command.add_flag("--fix-all", options.fix_all, "the same, also where clang will warn")
      ->needs(infer);
}

void add_analyze(CLI::App& app, AnalyzeOptions& options) {
  CLI::App& command = *app.add_subcommand("analyze", "find bugs in the sources, nothing is run");
  command.formatter(std::make_shared<AnalyzeFormatter>());
  command.footer(kAnalyzeFooter);
  command.add_option("FILE", options.sources, "sources, or folders of compile_commands.json")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("-p,--build", options.build, "build folder with compile_commands.json")
      ->type_name("DIR");
  add_reporting(command, options.reporting);
  command.add_option("--config", options.config, "instead of the nearest .lockweave.toml")
      ->type_name("FILE");
  command
      .add_option("--cache", options.cache,
                  "folder for summaries (default lockweave-cache in the build folder)")
      ->type_name("DIR");
  command.add_flag("--no-cache", options.no_cache, "keep no summaries, use none");
  command
      .add_option("-j,--jobs", options.jobs,
                  "units at a time (default: as memory and processors "
                  "allow)")
      ->type_name("N")
      ->check(quiet(CLI::Range(1, 256)));
  command.add_option("--unit-timeout", options.unit_timeout, "for one unit (default 120)")
      ->type_name("SECONDS")
      ->check(quiet(CLI::Range(0.1, 86'400.0)));
  command.add_option("--lock-graph", options.lock_graph, "write which lock is taken under which")
      ->type_name("FILE.dot|FILE.json");
  add_guards(command, options);
  command.add_option("--resource-dir", options.resource_dir, "clang's own headers")
      ->type_name("DIR");
  command.add_flag("--verbose", options.verbose, "also what clang prints when it crashes");
}

void add_cases(CLI::App& app, CasesOptions& options) {
  CLI::App& command =
      *app.add_subcommand("cases", "run the teaching suite and judge what is found");
  command.footer(kCasesFooter);
  command.add_option("--filter", options.filter, "only cases that match this regular expression")
      ->type_name("RE");
  command.add_option("--json", options.json, "write JSON; - is standard output")->type_name("FILE");
  command.add_option("--suite", options.suite, "manifest.txt of a built suite")
      ->type_name("MANIFEST");
  command.add_option("--runtime", options.runtime, "the runtime, liblockweave.so")
      ->type_name("PATH");
  command.add_option("--half", options.half, "runtime or analyzer: only this half")
      ->type_name("HALF")
      ->check(named_words({"runtime", "analyzer"}));
  command.add_option("--repeat", options.repeat, "run each case so often; all must agree")
      ->type_name("N")
      ->check(quiet(CLI::Range(1, 1'000'000)));
  command.add_option("--jobs", options.jobs, "cases at a time (default: one a processor)")
      ->type_name("N")
      ->check(quiet(CLI::Range(1, 256)));
  command.add_option("--timeout", options.timeout_s, "for one run (default 30)")
      ->type_name("SECONDS")
      ->check(quiet(CLI::Range(0.1, 86'400.0)));
  command.add_flag("--quick", options.quick, "one compiler of each form");
  command.add_flag("--quiet", options.quiet, "no table, only what differs and the summary line");
  add_color(command, options.color);
}

int usage_error(const std::string& message, const std::string& command) {
  fmt::print(stderr, "lockweave: {}\n  see lockweave {}--help\n", visible(message),
             command.empty() ? "" : command + " ");
  return kUsage;
}

// What follows the first "--" is the program's, untouched.
struct SplitLine {
  std::vector<std::string> own;
  std::vector<std::string> program;
  bool split = false;  // there is a "--"
};
SplitLine split_line(int argc, const char* const* argv) {
  SplitLine line;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!line.split && word == "--") {
      line.split = true;
    } else {
      (line.split ? line.program : line.own).push_back(word);
    }
  }
  return line;
}

struct Commands {
  RunOptions run;
  ReportOptions report;
  GateOptions gate;
  ExplainOptions explain;
  DoctorOptions doctor;
  AnalyzeOptions analyze;
  CasesOptions cases;
};

int dispatch(const CLI::App& app, Commands& commands, SplitLine line) {
  std::vector<std::string>& program = line.program;
  if (app.got_subcommand("run")) {
    std::vector<std::string> words = app.get_subcommand("run")->remaining();
    words.insert(words.end(), program.begin(), program.end());
    if (words.empty()) {
      return usage_error("run: no program given; write lockweave run -- PROGRAM [ARGS...]", "run");
    }
    if (words.front().starts_with('-')) {
      return usage_error("run: there is no option " + words.front(), "run");
    }
    commands.run.command = std::move(words);
    return run_command(commands.run);
  }
  if (app.got_subcommand("analyze")) {
    commands.analyze.own_flags = line.split;
    commands.analyze.flags = std::move(program);
    return analyze_command(commands.analyze);
  }
  if (!program.empty()) {
    return usage_error("only `run` takes a program after --, and `analyze` flags", "");
  }
  if (app.got_subcommand("report")) return report_command(commands.report);
  if (app.got_subcommand("gate")) return gate_command(commands.gate);
  if (app.got_subcommand("explain")) return explain_command(commands.explain);
  if (app.got_subcommand("cases")) return cases_command(commands.cases);
  return doctor_command(commands.doctor);
}

int parse_and_dispatch(int argc, const char* const* argv) {
  CLI::App app("Finds deadlocks, lock misuse and races in C and C++ programs.", "lockweave");
  app.set_version_flag("--version", "lockweave " LOCKWEAVE_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.footer(kMainFooter);
  Commands commands;
  add_run(app, commands.run);
  add_report(app, commands.report);
  add_gate(app, commands.gate);
  add_explain(app, commands.explain);
  add_doctor(app, commands.doctor);
  add_analyze(app, commands.analyze);
  add_cases(app, commands.cases);
  SplitLine line = split_line(argc, argv);
  const std::string command = line.own.empty() ? std::string() : line.own.front();
  std::reverse(line.own.begin(), line.own.end());
  try {
    app.parse(line.own);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    const auto names = app.get_subcommands([](const CLI::App*) { return true; });
    const bool known = std::any_of(names.begin(), names.end(), [&command](const CLI::App* one) {
      return one->get_name() == command;
    });
    if (!known && !command.empty() && !command.starts_with('-')) {
      return usage_error("there is no command `" + command + "`", "");
    }
    return usage_error(error.what(), known ? command : "");
  }
  return dispatch(app, commands, std::move(line));
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  try {
    return parse_and_dispatch(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "lockweave: the tool itself failed: {}\n", visible(error.what()));
    return kToolFailed;
  }
}

}  // namespace lockweave::cli
