// tools/lockweave/cases/case_runner.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_runner.h"

#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>
#include <thread>

#include "report/executables.h"
#include "report/exit_code.h"
#include "report/text.h"
#include "tools/lockweave/commands/launcher.h"
#include "tools/lockweave/commands/preload.h"
#include "tools/lockweave/commands/timed_child.h"

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;

// Removed with all it holds when the run is over.
class ScratchFolder {
 public:
  ScratchFolder() : path_((fs::temp_directory_path() / "lockweave-case-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "no folder " + path_);
    }
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::vector<std::string> clean_environment() {
  std::vector<std::string> kept;
  // lockweave: ignore(data-race) what lends its environment is the runtime, in other processes
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!text.starts_with("LOCKWEAVE_") || text.starts_with("LOCKWEAVE_RUNTIME=") ||
        text.starts_with("LOCKWEAVE_ANALYZE=")) {
      kept.emplace_back(text);
    }
  }
  return kept;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// Throws nlohmann::json::exception if it is not what --json writes.
std::vector<CaseFinding> read_case_findings(const std::string& text, const Case& of) {
  std::vector<CaseFinding> found;
  const nlohmann::json document = nlohmann::json::parse(text);
  for (const nlohmann::json& finding : document.at("findings")) {
    const nlohmann::json& place = finding.at("place");
    CaseFinding one;
    one.file = place.value("file", "");
    one.line = place.value("line", 0u);
    one.message = finding.at("message");
    const bool judged = !of.expectation.rules_only && of.is_source(one.file);
    one.spot = {finding.at("rule"), judged ? one.line : 0u};
    found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(),
            [](const CaseFinding& a, const CaseFinding& b) { return a.spot < b.spot; });
  return found;
}

// One half at one case: what is started, and what it should come to.
struct HalfTask {
  std::vector<std::string> command;  // without --json
  const Wish* wish = nullptr;
  int wanted_code = 0;
};

HalfTask runtime_task(const Case& of, const CaseRunner& runner, const std::string& records) {
  HalfTask task{{own_executable(), "run", "--output", records}, &of.expectation.runtime, 0};
  if (!runner.runtime.empty())
    task.command.insert(task.command.end(), {"--runtime", runner.runtime});
  const int own = of.expectation.exit_code;
  task.wanted_code = own != 0 ? own : of.expectation.runtime.silent() ? kClean : kFindingsInRun;
  return task;
}

HalfTask analyzer_task(const Case& of) {
  const Wish& wish = of.expectation.analyzer;
  return {{own_executable(), "analyze", "--no-cache", "--jobs", "1", of.source},
          &wish,
          wish.silent() ? kClean : kFindings};
}

std::string seconds_text(double seconds) { return fmt::format("{:g} s", seconds); }

// Codes that say nothing of the case.
bool is_failure(int code, bool analyzer) {
  return code == kToolFailed || code == kUsage || (analyzer && code == kIncomplete);
}

void judge(const TimedEnd& end, const Case& of, const HalfTask& task, double timeout_s,
           const std::string& findings, CaseRun& run) {
  if (end.timed_out) {
    run.complaints.push_back("no end within " + seconds_text(timeout_s));
    return;
  }
  const int code = shell_code(end.status);
  const bool analyzer = task.wish == &of.expectation.analyzer;
  run.tool_failed = end.error != 0 || is_failure(code, analyzer);
  if (end.error != 0) run.complaints.emplace_back(std::strerror(end.error));
  if (run.tool_failed) return;
  if (code != task.wanted_code) {
    run.complaints.push_back(fmt::format("exit code {} instead of {}", code, task.wanted_code));
  }
  try {
    run.found = read_case_findings(content_of(findings), of);
    run.difference = difference_between(*task.wish, run.found);
  } catch (const nlohmann::json::exception& error) {
    run.tool_failed = true;
    run.complaints.push_back(fmt::format("no readable result: {}", error.what()));
  }
}

CaseRun run_once(const Case& of, bool analyzer, const CaseRunner& runner) {
  const ScratchFolder scratch;
  const std::string findings = scratch / "findings.json";
  const std::string output = scratch / "output.txt";
  HalfTask task = analyzer ? analyzer_task(of) : runtime_task(of, runner, scratch / "records");
  std::vector<std::string>& command = task.command;
  command.insert(command.end(), {"--color", "never", "--json", findings, "--"});
  const std::vector<std::string>& rest = analyzer ? *of.flags : of.command;
  command.insert(command.end(), rest.begin(), rest.end());
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(runner.timeout_s));
  CaseRun run;
  const TimedEnd end = run_timed(command, clean_environment(), output, limit);
  run.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  run.output = content_of(output);
  judge(end, of, task, runner.timeout_s, findings, run);
  return run;
}

struct Task {
  const Case* of;
  std::vector<CaseRun*> runs;  // all get the result
  bool analyzer = false;
};

// All cases once, then all again: a case does not meet itself. The analyzer's, which takes no time
// off, first.
std::vector<Task> tasks_of(std::vector<CaseResult>& results, unsigned repeat) {
  std::vector<Task> tasks;
  std::map<std::pair<std::string, std::vector<std::string>>, std::size_t> seen;
  for (CaseResult& one : results) {
    if (!one.analyzer || one.analyzer->runs.empty()) continue;
    const auto [at, added] = seen.try_emplace({one.of.source, *one.of.flags}, tasks.size());
    if (added) tasks.push_back({&one.of, {}, true});
    tasks[at->second].runs.push_back(&one.analyzer->runs.front());
  }
  for (unsigned round = 0; round < repeat; ++round) {
    for (CaseResult& one : results) {
      if (!one.runtime.runs.empty()) tasks.push_back({&one.of, {&one.runtime.runs[round]}, false});
    }
  }
  return tasks;
}

CaseResult result_for(const Case& of, const CaseRunner& runner) {
  const std::string& later = of.expectation.later;
  const bool run = runner.halves != Halves::analyzer;
  CaseResult result{of, {{}, later}, {}};
  if (later.empty() && run) result.runtime.runs.resize(runner.repeat);
  if (of.flags && runner.halves != Halves::runtime) {
    result.analyzer = HalfResult{std::vector<CaseRun>(later.empty() ? 1 : 0), later};
  }
  return result;
}

class Workers {
 public:
  Workers(const CaseRunner& runner, const std::vector<Task>& tasks)
      : runner_(runner), tasks_(tasks) {}

  void work_off() {
    {
      std::vector<std::jthread> threads;
      const std::size_t count = std::min<std::size_t>(runner_.jobs, tasks_.size());
      for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { work(); });
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work() {
    for (std::size_t at = next_++; at < tasks_.size(); at = next_++) {
      std::exception_ptr failure;
      try {
        const Task& task = tasks_[at];
        const CaseRun run = run_once(*task.of, task.analyzer, runner_);
        for (CaseRun* const into : task.runs) *into = run;
      } catch (...) {
        failure = std::current_exception();
        next_ = tasks_.size();
      }
      const std::lock_guard guard(mutex_);
      if (failure) failure_ = failure;
      if (runner_.on_progress) runner_.on_progress(++done_, tasks_.size());
    }
  }

  const CaseRunner& runner_;
  const std::vector<Task>& tasks_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards what follows
  std::size_t done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

std::vector<CaseResult> CaseRunner::run(const std::vector<Case>& cases) const {
  std::vector<CaseResult> results;
  for (const Case& one : cases) results.push_back(result_for(one, *this));
  end_timed_children_with_us();
  const std::vector<Task> tasks = tasks_of(results, repeat);
  Workers(*this, tasks).work_off();
  return results;
}

}  // namespace lockweave::cli
