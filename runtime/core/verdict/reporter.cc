// runtime/core/verdict/reporter.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/verdict/reporter.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <string_view>

#include "lockweave/test_framework.h"
#include "runtime/core/base/environment.h"
#include "runtime/core/base/launch.h"
#include "runtime/core/base/options.h"
#include "runtime/core/base/say.h"
#include "runtime/core/base/tls.h"
#include "runtime/core/code/code_place.h"
#include "runtime/core/events/core_state.h"
#include "runtime/core/record/record_writer.h"
#include "runtime/core/verdict/last_word.h"
#include "runtime/core/verdict/run_command.h"

namespace lockweave::core {
namespace {

bool can_execute(const char* path) {
  return os::call(SYS_faccessat, AT_FDCWD, reinterpret_cast<long>(path), X_OK) == 0;
}

using Path = char[1024];

// `lockweave` in the folders of PATH, written to `found`; nullptr: in none.
const char* reporter_in_path(Path& found) {
  const char* path = find_variable(environ, "PATH");
  std::string_view rest = path == nullptr ? "" : path;
  constexpr std::string_view kName = "/lockweave";
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    if (folder.empty() || folder.size() + kName.size() >= sizeof found) continue;
    memcpy(found, folder.data(), folder.size());
    memcpy(found + folder.size(), kName.data(), kName.size());
    found[folder.size() + kName.size()] = '\0';
    if (can_execute(found)) return found;
  }
  return nullptr;
}

const char* reporter_path(Path& found) {
  if (options.reporter[0] != '\0') return options.reporter;
  if (launch.cli[0] != '\0') return launch.cli;
#ifdef LOCKWEAVE_CLI_PATH
  if (can_execute(LOCKWEAVE_CLI_PATH)) return LOCKWEAVE_CLI_PATH;
#endif
  return reporter_in_path(found);
}

// "<log_path>.<pid>", as ThreadSanitizer names it.
template <std::size_t N>
void name_log(char (&out)[N]) {
  const std::size_t length = strlen(options.log_path);
  memcpy(out, options.log_path, length);
  out[length] = '.';
  *std::to_chars(out + length + 1, out + N - 1, core_state.pid).ptr = '\0';
}

bool can_start(const char* cli) {
  return cli != nullptr && getauxval(AT_SECURE) == 0 && !os::in_sandbox() &&
         record_writer.path()[0] != '\0';
}

struct Only {
  std::uint64_t finding;
  int limit_s;
};

int start_report(const Only* only) {
  Path found;
  const char* cli = reporter_path(found);
  if (!can_start(cli)) return kNotStarted;
  const std::string_view log_path = options.log_path;
  const char* argv[16] = {cli, "report", "--fail-on", options.fail_on};
  std::size_t count = 4;
  if (log_path != "stdout") argv[count++] = "--stderr";
  if (options.suppressions[0] != '\0') {
    argv[count++] = "--suppressions";
    argv[count++] = options.suppressions;
  }
  char log[sizeof options.log_path + 16];
  if (!log_path.empty() && log_path != "stdout" && log_path != "stderr") {
    name_log(log);
    argv[count++] = "--text";
    argv[count++] = log;
  }
  char number[24] = {};
  if (only != nullptr) {
    std::to_chars(number, number + sizeof number - 1, only->finding);
    argv[count++] = "--only-finding";
    argv[count++] = number;
  }
  argv[count++] = record_writer.path();
  argv[count] = nullptr;
  return only == nullptr ? run_command(argv, environ, 0, &last_report_begun)
                         : run_command(argv, environ, only->limit_s);
}

constinit std::atomic<const char*> running{nullptr};
constinit std::atomic<std::uint32_t> rounds{0};
constinit std::atomic<std::uint32_t> findings_before_round{0};  // core_state.findings

}  // namespace

void forget_rounds_after_fork() { findings_before_round.store(0, std::memory_order_relaxed); }

int run_reporter() { return start_report(nullptr); }

int run_reporter(std::uint64_t finding, int limit_s) {
  const Only only{finding, limit_s};
  return start_report(&only);
}

void say_what_runs(const char* rule) {
  const char* what = running.load(std::memory_order_acquire);
  if (what != nullptr) Say() << "lockweave: " << rule << " while " << what << " runs" << end_line;
}

std::uint32_t current_round() { return rounds.load(std::memory_order_relaxed); }

void print_raw(const Report& report) {
  Say say;
  say << "lockweave: " << report.rule << " in process "
      << static_cast<std::uint64_t>(core_state.pid) << end_line;
  for (std::uint32_t i = 0; i < report.count; ++i) {
    const ReportStep& step = report.steps[i];
    say << "  thread " << (step.thread == nullptr ? "?" : step.thread->label.text) << " "
        << model::to_string(step.action);
    if (step.object != nullptr) {
      say << " " << model::to_string(static_cast<model::ObjectKind>(step.object->kind)) << " ";
      say.hex(step.object->address.load(std::memory_order_relaxed));
    }
    if (step.stack != nullptr) {
      say << " at ";
      say_places(say, step.stack->pcs, step.stack->count);
    }
    say << end_line;
  }
}

}  // namespace lockweave::core

using namespace lockweave::core;

extern "C" {

void lw_running(const char* what) { running.store(what, std::memory_order_release); }

unsigned lw_begin_round(void) {
  record_writer.begin_round();
  rounds.fetch_add(1, std::memory_order_relaxed);
  const std::uint32_t now = core_state.findings.load(std::memory_order_relaxed);
  const std::uint32_t before = findings_before_round.exchange(now, std::memory_order_relaxed);
  return now - before;
}

// An empty baseline that is brought up to date holds what there is, one finding a line.
int lw_list_findings(const char* file) {
  const Unseen unseen;
  if (record_writer.path()[0] == '\0') return -2;
  Path found;
  const char* cli = reporter_path(found);
  if (!can_start(cli)) return kNotStarted;
  const RecordWriter::Round round = record_writer.round_that_ended();
  char from[24];
  char to[24];
  *std::to_chars(from, from + sizeof from - 1, round.from).ptr = '\0';
  *std::to_chars(to, to + sizeof to - 1, round.to).ptr = '\0';
  const char* argv[18] = {cli,
                          "gate",
                          "--quiet",
                          "--text",
                          "/dev/null",
                          "--baseline",
                          file,
                          "--update-baseline",
                          "--only-findings",
                          from,
                          to};
  std::size_t count = 11;
  if (options.suppressions[0] != '\0') {
    argv[count++] = "--suppressions";
    argv[count++] = options.suppressions;
  }
  argv[count++] = record_writer.path();
  argv[count] = nullptr;
  return run_command(argv, environ, 0);
}

}  // extern "C"
