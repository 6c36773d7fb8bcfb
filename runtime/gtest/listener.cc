// runtime/gtest/listener.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// lockweave::gtest: the GoogleTest test in which a finding arose fails, with the finding as message.
// Compiled in the user's build, against the user's GoogleTest (1.10 or newer); linking it is all there is to do.
//
// Whose finding is it? Whoever ran between two looks at the count:
//   a test, with its fixture's SetUp and TearDown              that test
//   SetUpTestSuite, TearDownTestSuite                          the suite, when it ends
//   an Environment, and what comes before and between          the program
// What arises again in a later test, or when a test is repeated, fails that one too; but for a cycle in
// lock order, which is told once: the graph does not forget in which test an order was seen.
// A thread that outlives its test gives its findings to whichever test runs then. A pattern that
// only the command can judge (a bare wait) is told when the process ends, not here. A child process,
// as of a death test, tells its own findings when it ends.
//
// The process's exit code stays GoogleTest's: a program that fails keeps its code.
// Thread-safety: GoogleTest calls listeners from one thread.
// Cost: one search for lock-order cycles a test; the command is started only when the count grew.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "lockweave/test_framework.h"

// Named by the link option of lockweave::gtest, so that the linker takes this file.
extern "C" const int lockweave_gtest_listener = 1;

namespace {

// An entry of the list: "FINGERPRINT RULE LEVEL PLACE: MESSAGE", with "[KEY KEY]" in front of the place
// if it is about a variable.
struct Found {
  std::string fingerprint;
  std::string rule;
  std::string level;
  std::string text;
};

std::vector<Found> read_list(const std::string& path) {
  std::vector<Found> list;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    Found found;
    std::size_t at = 0;
    for (std::string* field : {&found.fingerprint, &found.rule, &found.level}) {
      const std::size_t end = line.find(' ', at);
      if (end == std::string::npos) break;
      *field = line.substr(at, end - at);
      at = end + 1;
    }
    const std::size_t keys_end = line[at] == '[' ? line.find("] ", at) : std::string::npos;
    found.text = line.substr(keys_end == std::string::npos ? at : keys_end + 2);
    if (!found.level.empty()) list.push_back(found);
  }
  return list;
}

// What was found in the round that ended. Returns an empty text, or why it cannot be told.
std::string list_findings(std::vector<Found>& list) {
  const char* folder = getenv("TMPDIR");
  std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/lockweave-gtest.XXXXXX";
  const int fd = mkstemp(&path[0]);
  if (fd < 0) return "no file can be made in " + path.substr(0, path.rfind('/')) + ": set TMPDIR";
  close(fd);
  const int code = lw_list_findings(path.c_str());
  if (code == 0 || code == 3) list = read_list(path);
  unlink(path.c_str());
  switch (code) {
    case 0:
    case 3: return "";
    case -1:
      return "to see them, run this program as `lockweave run -- PROGRAM`, or name the command: "
             "LOCKWEAVE_OPTIONS=reporter=PATH";
    case -2:
      return "there is no record of this process: name a folder that can be written to with "
             "LOCKWEAVE_OPTIONS=output=FOLDER";
    default:
      return "the lockweave command could not read the record of this process (exit code " +
             std::to_string(code) + "); what it said of it stands on standard error";
  }
}

// The threshold of the runtime: key `fail_on` of LOCKWEAVE_OPTIONS.
bool counts(const std::string& level) {
  const char* options = getenv("LOCKWEAVE_OPTIONS");
  const std::string text = options != nullptr ? ":" + std::string(options) + ":" : ":";
  if (text.find(":fail_on=never:") != std::string::npos) return false;
  if (text.find(":fail_on=note:") != std::string::npos) return true;
  if (text.find(":fail_on=error:") != std::string::npos) return level == "error";
  return level != "note";
}

// "src/bank.cc:42: message" -> file and line; 0 without them.
int split_place(const std::string& text, std::string& file) {
  const std::size_t end = text.find(": ");
  const std::size_t colon = end == std::string::npos ? end : text.rfind(':', end - 1);
  if (colon == std::string::npos || colon == 0) return 0;
  file = text.substr(0, colon);
  return atoi(text.c_str() + colon + 1);
}

class Listener final : public testing::EmptyTestEventListener {
 public:
  void OnEnvironmentsSetUpStart(const testing::UnitTest&) override {
    lw_running("an environment's set-up");
  }
  void OnEnvironmentsSetUpEnd(const testing::UnitTest&) override {
    look("before the first test (in an environment's SetUp, or before main)", nullptr);
  }
  void OnEnvironmentsTearDownStart(const testing::UnitTest&) override {
    look("between the tests", nullptr);
    lw_running("an environment's tear-down");
  }
  void OnEnvironmentsTearDownEnd(const testing::UnitTest&) override {
    look("after the last test (in an environment's TearDown)", nullptr);
    lw_running(nullptr);
  }

  void OnTestSuiteStart(const testing::TestSuite& suite) override {
    look("between the test suites", nullptr);
    lw_running(named("test suite ", suite.name()));
  }
  void OnTestStart(const testing::TestInfo& test) override {
    // A failure here would be the test's: the suite's waits until the suite ends.
    collect(of_suite_);
    lw_running(named("test ", std::string(test.test_suite_name()) + "." + test.name()));
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    look("in this test", &test);
    lw_running(named("test suite ", test.test_suite_name()));
  }
  void OnTestSuiteEnd(const testing::TestSuite& suite) override {
    collect(of_suite_);
    const std::string when =
        std::string("in SetUpTestSuite or TearDownTestSuite of ") + suite.name();
    fail(of_suite_, when, nullptr);
    of_suite_ = {};
    lw_running(nullptr);
  }

 private:
  struct News {
    std::vector<Found> findings;
    unsigned unlisted = 0;  // counted, but not to be told by name
    std::string why_unlisted;
  };

  // Adds what arose since the last look.
  void collect(News& news) {
    const unsigned arose = lw_begin_round();
    const unsigned now = lw_findings();
    const unsigned before = count_;
    count_ = now;
    if (arose == 0 && now <= before) return;
    std::vector<Found> list;
    const std::string why = list_findings(list);
    if (!why.empty()) {
      news.unlisted += std::max(arose, now - before);
      news.why_unlisted = why;
      return;
    }
    for (const Found& found : list) {
      const bool again = !told_.insert(found.fingerprint).second;
      if (again && found.rule == "lock-order-cycle") continue;
      if (counts(found.level)) news.findings.push_back(found);
    }
  }
  void look(const std::string& when, const testing::TestInfo* test) {
    News news;
    collect(news);
    fail(news, when, test);
  }
  static void fail(const News& news, const std::string& when, const testing::TestInfo* test) {
    for (const Found& found : news.findings) {
      std::string file;
      const int line = split_place(found.text, file);
      ADD_FAILURE_AT(line > 0 ? file.c_str() : nullptr, line > 0 ? line : -1)
          << "lockweave: " << found.level << "[" << found.rule << "] arose " << when << "\n"
          << found.text << "\n(`lockweave explain " << found.rule << "` says more)";
    }
    if (news.unlisted > 0) {
      ADD_FAILURE_AT(test != nullptr ? test->file() : nullptr, test != nullptr ? test->line() : -1)
          << "lockweave: " << news.unlisted << " finding(s) arose " << when << "\n"
          << news.why_unlisted;
    }
  }
  // The runtime keeps no copy; there are as many texts as tests.
  const char* named(const char* kind, const std::string& name) {
    return names_.insert(kind + name).first->c_str();
  }

  unsigned count_ = 0;
  std::set<std::string> told_;
  News of_suite_;
  std::set<std::string> names_;
};

// Appended before main: the ends of tests reach the last listener first, so that the failure stands
// before GoogleTest's own "[  FAILED  ]".
const bool appended = [] {
  if (lw_findings != nullptr && lw_running != nullptr && lw_list_findings != nullptr &&
      lw_begin_round != nullptr) {
    testing::UnitTest::GetInstance()->listeners().Append(new Listener);
  }
  return true;
}();

}  // namespace
