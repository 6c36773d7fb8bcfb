// tests/unit/tools/arguments_test.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The command as its user meets it: command line in; exit code and messages out.
#include "tools/lockweave/commands/arguments.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "model/rule_catalog.h"
#include "report/findings_file.h"
#include "tests/unit/tools/record_builder.h"

namespace lockweave::cli::test {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome lockweave(std::vector<std::string> words) {
  std::vector<const char*> argv{"lockweave"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Command : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::path(testing::TempDir()) / ("command_" + std::to_string(::getpid()) + info->name());
    fs::remove_all(root_);
    fs::create_directories(root_);
    ::unsetenv("LOCKWEAVE_OPTIONS");
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(root_ / name, std::ios::binary) << content;
    return (root_ / name).string();
  }
  std::string record_with_cycle() {
    Places places;
    RecordBuilder builder(places, kModule, 1);
    add_opposite_orders(builder);
    return file("cycle.jsonl", builder.text());
  }
  // `lockweave run` with the stand-in runtime.
  Outcome run(const std::string& record, const std::string& script,
              std::vector<std::string> options = {}) {
    ::setenv("FAKE_RECORD", record.c_str(), 1);
    std::vector<std::string> words{"run", "--runtime", FAKE_RUNTIME, "--output",
                                   (root_ / "out").string()};
    words.insert(words.end(), options.begin(), options.end());
    for (const char* word : {"--", "/bin/sh", "-c"}) words.emplace_back(word);
    words.push_back(script);
    return lockweave(words);
  }
  fs::path root_;
};

// ---- usage --------------------------------------------------------------------------------------

TEST_F(Command, WrongUsageIsTwo) {
  EXPECT_EQ(lockweave({}).code, 2);
  EXPECT_EQ(lockweave({"report"}).code, 2);
  EXPECT_EQ(lockweave({"run"}).code, 2);
  EXPECT_EQ(lockweave({"run", "--"}).code, 2);
  EXPECT_EQ(lockweave({"run", "--bogus", "--", "/bin/true"}).code, 2);
  EXPECT_EQ(lockweave({"run", "--on-deadlock", "dance", "--", "/bin/true"}).code, 2);
  EXPECT_EQ(lockweave({"run", "--hang-timeout", "-1", "--", "/bin/true"}).code, 2);
  EXPECT_EQ(lockweave({"report", "--fail-on", "never", "--", "x"}).code, 2);
  const Outcome unknown = lockweave({"rnu"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_TRUE(contains(unknown.err, "no command `rnu`"));
}

TEST_F(Command, HelpAndVersion) {
  const Outcome help = lockweave({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* command : {"run", "report", "explain", "doctor", "analyze"}) {
    EXPECT_TRUE(contains(help.out, command));
    EXPECT_EQ(lockweave({command, "--help"}).code, 0);
  }
  const Outcome version = lockweave({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(version.out.starts_with("lockweave "));
}

// ---- explain, doctor ----------------------------------------------------------------------------

TEST_F(Command, ExplainKnowsEveryRule) {
  const Outcome list = lockweave({"explain"});
  EXPECT_EQ(list.code, 0);
  for (const model::Rule& rule : model::all_rules()) {
    EXPECT_TRUE(contains(list.out, std::string(rule.id)));
    const Outcome one = lockweave({"explain", std::string(rule.id)});
    EXPECT_EQ(one.code, 0);
    EXPECT_TRUE(contains(one.out, std::string(rule.title)));
  }
}

TEST_F(Command, ExplainNamesTheNearestRule) {
  const Outcome outcome = lockweave({"explain", "deadlok"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "did you mean `deadlock`"));
}

TEST_F(Command, DoctorTellsWhatIsTheMatter) {
  const Outcome fine = lockweave({"doctor", "--runtime", FAKE_RUNTIME, ELF_SAMPLE});
  EXPECT_EQ(fine.code, 0) << fine.out;
  EXPECT_TRUE(contains(fine.out, "debug information"));
  const Outcome bad = lockweave({"doctor", "--runtime", FAKE_RUNTIME, ELF_SAMPLE_STATIC});
  EXPECT_EQ(bad.code, 1);
  EXPECT_TRUE(contains(bad.out, "statically linked"));
  EXPECT_EQ(lockweave({"doctor", "--runtime", "/nowhere/x.so"}).code, 1);
  EXPECT_EQ(lockweave({"doctor", "/nowhere/x"}).code, 2);
}

// ---- report -------------------------------------------------------------------------------------

TEST_F(Command, ReportFailsOnlyWhenAsked) {
  const std::string record = record_with_cycle();
  const Outcome told = lockweave({"report", record});
  EXPECT_EQ(told.code, 0);
  EXPECT_TRUE(contains(told.out, "error[lock-order-cycle]"));
  EXPECT_EQ(lockweave({"report", record, "--fail-on", "warning"}).code, 1);
  EXPECT_EQ(lockweave({"report", record, "--fail-on", "never"}).code, 0);
  const Outcome aside = lockweave({"report", record, "--stderr"});
  EXPECT_TRUE(aside.out.empty());
  EXPECT_TRUE(contains(aside.err, "error[lock-order-cycle]"));
}

TEST_F(Command, ReportOfNothingReadableIsTwo) {
  const Outcome missing = lockweave({"report", "/nowhere/x"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_TRUE(contains(missing.err, "/nowhere/x: does not exist"));
  EXPECT_EQ(lockweave({"report", root_.string()}).code, 2);
  EXPECT_EQ(lockweave({"report", file("x.jsonl", "hello\n")}).code, 2);
}

TEST_F(Command, ReportOfSomeReadableIsThreeAndStillReports) {
  const std::string record = record_with_cycle();
  const Outcome outcome = lockweave({"report", record, "/nowhere/x", "--fail-on", "error"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(contains(outcome.out, "error[lock-order-cycle]"));
  EXPECT_TRUE(contains(outcome.out, "/nowhere/x: does not exist"));
  EXPECT_TRUE(contains(lockweave({"report", record, "/nowhere/x", "--quiet"}).err, "/nowhere/x"));
}

TEST_F(Command, ReportToFilesAndStandardOutput) {
  const std::string record = record_with_cycle();
  const std::string json = (root_ / "x.json").string();
  EXPECT_EQ(lockweave({"report", record, "--json", json, "--quiet"}).code, 0);
  EXPECT_TRUE(fs::exists(json));
  const Outcome piped = lockweave({"report", record, "--sarif", "-"});
  EXPECT_TRUE(piped.out.starts_with("{"));
  EXPECT_TRUE(contains(piped.err, "error[lock-order-cycle]"));
  const Outcome nowhere = lockweave({"report", record, "--sarif", "/nowhere/x.sarif"});
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_TRUE(contains(nowhere.err, "cannot write /nowhere/x.sarif"));
}

TEST_F(Command, MalformedSuppressionsAreTwo) {
  const std::string record = record_with_cycle();
  const Outcome bad =
      lockweave({"report", record, "--suppressions", file("supp.txt", "\nnonsense\n")});
  EXPECT_EQ(bad.code, 2);
  EXPECT_TRUE(contains(bad.err, "supp.txt:2: "));
  EXPECT_EQ(lockweave({"report", record, "--suppressions", "/nowhere/s"}).code, 2);
  const std::string good = file("good.txt", "lock-order-cycle:transfer\n");
  EXPECT_EQ(lockweave({"report", record, "--suppressions", good, "--fail-on", "note"}).code, 1)
      << "the place has no symbols here, so only lock names match";
  const std::string by_lock = file("lock.txt", "lock-order-cycle:a\n");
  EXPECT_EQ(lockweave({"report", record, "--suppressions", by_lock, "--fail-on", "note"}).code, 0);
}

// ---- run ----------------------------------------------------------------------------------------

TEST_F(Command, RunOfACleanProgram) {
  const Outcome outcome = run("clean", "exit 0");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_TRUE(contains(outcome.err, "lockweave: no findings in 1 process"));
}

TEST_F(Command, RunWithFindings) {
  EXPECT_EQ(run("finding", "exit 0").code, 66);
  EXPECT_EQ(run("finding", "exit 0", {"--fail-on", "error"}).code, 0);
  EXPECT_EQ(run("finding", "exit 0", {"--fail-on", "never"}).code, 0);
  EXPECT_EQ(run("note", "exit 0").code, 0);
  EXPECT_EQ(run("note", "exit 0", {"--fail-on", "note"}).code, 66);
  EXPECT_EQ(run("finding", "exit 0", {"--options", "exitcode=23"}).code, 23);
  ::setenv("LOCKWEAVE_OPTIONS", "exitcode=0", 1);
  EXPECT_EQ(run("finding", "exit 0").code, 0);
}

TEST_F(Command, AProgramThatFailsKeepsItsCode) {
  EXPECT_EQ(run("finding", "exit 7").code, 7);
  EXPECT_EQ(run("clean", "kill -9 $$").code, 128 + 9);
  EXPECT_EQ(run("none", "exit 5").code, 5);
  EXPECT_EQ(run("damaged", "exit 5").code, 5);
}

TEST_F(Command, RunWithoutARecordOrADamagedOneIsThree) {
  const Outcome none = run("none", "exit 0");
  EXPECT_EQ(none.code, 3);
  EXPECT_TRUE(contains(none.err, "left no record"));
  EXPECT_EQ(run("damaged", "exit 0").code, 3);
}

TEST_F(Command, RunThatCannotStart) {
  const std::string out = (root_ / "out").string();
  const auto run_it = [&out](std::vector<std::string> words) {
    std::vector<std::string> all{"run", "--output", out, "--runtime", FAKE_RUNTIME};
    all.insert(all.end(), words.begin(), words.end());
    return lockweave(all);
  };
  const Outcome missing = run_it({"--", "/nowhere/x"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_TRUE(contains(missing.err, "`/nowhere/x` does not exist"));
  EXPECT_EQ(run_it({"--", ELF_SAMPLE_STATIC}).code, 2);
  EXPECT_EQ(run_it({"--output", "/proc/nowhere", "--", "/bin/true"}).code, 2);
  EXPECT_EQ(run_it({"--suppressions", "/nowhere/s", "--", "/bin/true"}).code, 2);
  const Outcome no_runtime = run_it({"--runtime", "/nowhere/x.so", "--", "/bin/true"});
  EXPECT_EQ(no_runtime.code, 4);
  EXPECT_TRUE(contains(no_runtime.err, "/nowhere/x.so"));
}

TEST_F(Command, RunKeepsTheProgramsOwnOutput) {
  const Outcome outcome = run("clean", "echo out; echo err >&2", {"--quiet"});
  EXPECT_EQ(outcome.out, "out\n");
  EXPECT_TRUE(outcome.err.starts_with("err\n"));
}

TEST_F(Command, ReportOfARunTellsTheSame) {
  EXPECT_EQ(run("finding", "exit 0").code, 66);
  const Outcome again = lockweave({"report", (root_ / "out").string(), "--fail-on", "warning"});
  EXPECT_EQ(again.code, 1);
  EXPECT_TRUE(contains(again.out, "warning[lock-leak]"));
}

// ---- analyze ------------------------------------------------------------------------------------

// With a stand-in for lockweave-analyze: it keeps its arguments and hands over what it is told to.
class Analyze : public Command {
 protected:
  void SetUp() override {
    Command::SetUp();
    hand_over(AnalyzerReport());
    stand_in("exit 0");
  }
  void TearDown() override {
    ::unsetenv("LOCKWEAVE_ANALYZE");
    Command::TearDown();
  }

  void hand_over(const AnalyzerReport& report) { file("findings", write_findings(report)); }
  void stand_in(const std::string& end) {
    const std::string folder = root_.string();
    const std::string path =
        file("analyzer", "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + folder + "/arguments\ncat " +
                             folder + "/findings > \"$2\"\n" + end + "\n");
    fs::permissions(path, fs::perms::owner_all);
    ::setenv("LOCKWEAVE_ANALYZE", path.c_str(), 1);
  }
  // What it was started with, after --output FILE.
  std::string arguments() const {
    std::ifstream file(root_ / "arguments");
    std::string text;
    std::string word;
    for (int i = 0; std::getline(file, word); ++i) {
      if (i >= 2) text += (text.empty() ? "" : " ") + word;
    }
    return text;
  }
  static AnalyzerReport leak(model::Confidence confidence = model::Confidence::high) {
    model::Finding finding;
    finding.rule = "lock-leak";
    finding.level = model::Level::warning;
    finding.how = model::How::static_analysis;
    finding.confidence = confidence;
    finding.message = "it leaks";
    finding.place = {"take_all", "/src/a.cc", 3, 1, false, "", 0};
    finding.fingerprint = "0123456789abcdef";
    AnalyzerReport report;
    const bool low = confidence == model::Confidence::low;
    (low ? report.results.low_confidence : report.results.findings).push_back(finding);
    return report;
  }
};

TEST_F(Analyze, HandsOnWhatTheAnalyzerIsFor) {
  EXPECT_EQ(lockweave({"analyze"}).code, 0);
  EXPECT_EQ(arguments(), "");
  EXPECT_EQ(lockweave({"analyze",    "-p",         "build", "--jobs",   "3",      "--unit-timeout",
                       "5",          "--cache",    "c",     "--config", "x.toml", "--lock-graph",
                       "g.dot",      "--no-cache", "--all", "a.cc",     "b.cc",   "--",
                       "-std=c++20", "-p"})
                .code,
            0);
  EXPECT_EQ(arguments(),
            "-p build --config x.toml --cache c --jobs 3 --unit-timeout 5 --lock-graph g.dot "
            "--no-cache --all a.cc b.cc -- -std=c++20 -p");
  EXPECT_EQ(lockweave({"analyze", "a.cc", "--"}).code, 0);
  EXPECT_EQ(arguments(), "a.cc --");
}

TEST_F(Analyze, FindingsAreOneAndLowConfidenceIsNot) {
  hand_over(leak());
  const Outcome told = lockweave({"analyze"});
  EXPECT_EQ(told.code, 1);
  EXPECT_TRUE(contains(told.out, "warning[lock-leak]: it leaks"));
  EXPECT_EQ(lockweave({"analyze", "--fail-on", "error"}).code, 0);
  hand_over(leak(model::Confidence::low));
  const Outcome quiet = lockweave({"analyze"});
  EXPECT_EQ(quiet.code, 0);
  EXPECT_FALSE(contains(quiet.out, "it leaks"));
  EXPECT_TRUE(contains(lockweave({"analyze", "--all"}).out, "it leaks"));
}

TEST_F(Analyze, IncompleteIsThreeAndStillTells) {
  AnalyzerReport report = leak();
  report.results.incomplete = true;
  report.results.notes.push_back({"unit-lost", model::Level::error, "b.cc was not analysed"});
  hand_over(report);
  stand_in("exit 3");
  const Outcome told = lockweave({"analyze"});
  EXPECT_EQ(told.code, 3);
  EXPECT_TRUE(contains(told.out, "it leaks"));
  EXPECT_TRUE(contains(told.out, "error: b.cc was not analysed"));
}

TEST_F(Analyze, AFailureOfTheAnalyzerIsOurs) {
  stand_in("exit 2");
  EXPECT_EQ(lockweave({"analyze"}).code, 2);
  stand_in("exit 77");
  EXPECT_EQ(lockweave({"analyze"}).code, 4);
  stand_in("kill -SEGV $$");
  const Outcome crashed = lockweave({"analyze"});
  EXPECT_EQ(crashed.code, 4);
  EXPECT_TRUE(contains(crashed.err, "ended by signal 11"));
  stand_in("echo rubbish > \"$2\"");
  EXPECT_EQ(lockweave({"analyze"}).code, 4);
  ::setenv("LOCKWEAVE_ANALYZE", "/nowhere/x", 1);
  const Outcome missing = lockweave({"analyze"});
  EXPECT_EQ(missing.code, 4);
  EXPECT_TRUE(contains(missing.err, "was not found; looked for /nowhere/x"));
}

TEST_F(Analyze, SuppressionsOfTheUserAndOfTheProject) {
  AnalyzerReport report = leak();
  hand_over(report);
  const std::string known = file("known.txt", "lock-leak:take_all\nlock-leak:other\n");
  const Outcome given = lockweave({"analyze", "--suppressions", known});
  EXPECT_EQ(given.code, 0);
  EXPECT_TRUE(contains(given.out, "note: suppression matched nothing: "));
  report.suppressions = {known};
  report.whole = true;
  hand_over(report);
  const Outcome own = lockweave({"analyze"});
  EXPECT_EQ(own.code, 1);
  EXPECT_FALSE(contains(own.out, "it leaks"));
  EXPECT_TRUE(contains(own.out, "error: suppression matched nothing: " + known + ":2"));
  file("known.txt", "lock-leak:take_all\n");
  EXPECT_EQ(lockweave({"analyze"}).code, 0);
  file("known.txt", "lock-leek:take_all\n");
  const Outcome mistyped = lockweave({"analyze"});
  EXPECT_EQ(mistyped.code, 2);
  EXPECT_TRUE(contains(mistyped.err, known + ":1: there is no rule `lock-leek`"));
}

TEST_F(Analyze, WrongUsageIsTwo) {
  EXPECT_EQ(lockweave({"analyze", "--bogus"}).code, 2);
  EXPECT_EQ(lockweave({"analyze", "--jobs", "0"}).code, 2);
  EXPECT_EQ(lockweave({"analyze", "--unit-timeout", "soon"}).code, 2);
  EXPECT_EQ(lockweave({"analyze", "--suppressions", "/nowhere/s"}).code, 2);
  EXPECT_TRUE(contains(lockweave({"analyze", "--help"}).out, "[-- COMPILE_FLAGS...]"));
}

}  // namespace
}  // namespace lockweave::cli::test
