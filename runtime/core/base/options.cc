// runtime/core/base/options.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/options.h"

#include <string.h>

#include <string_view>

#include "runtime/core/base/say.h"

namespace lockweave::core {

constinit Options options;

namespace {

bool parse_number(std::string_view text, int& out) {
  int value = 0;
  if (text.empty() || text.size() > 9) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  out = value;
  return true;
}

bool parse_exit_code(std::string_view text, int& out) {
  int value = 0;
  return parse_number(text, value) && value <= 255 && (out = value, true);
}

bool parse_flag(std::string_view text, bool& out) {
  if (text == "1" || text == "true" || text == "yes") return out = true, true;
  if (text == "0" || text == "false" || text == "no") return out = false, true;
  return false;
}

template <std::size_t N>
bool parse_text(std::string_view text, char (&out)[N]) {
  if (text.size() >= N) return false;
  memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return true;
}

bool parse_on_deadlock(std::string_view text, OnDeadlock& out) {
  if (text == "exit") return out = OnDeadlock::exit, true;
  if (text == "abort") return out = OnDeadlock::abort, true;
  if (text == "wait") return out = OnDeadlock::wait, true;
  return false;
}

bool print_help(std::string_view text);

struct Key {
  std::string_view name;
  bool (*parse)(std::string_view value);
  const char* help;
};

constexpr Key kKeys[] = {
    {"exitcode", [](std::string_view v) { return parse_exit_code(v, options.exitcode); },
     "exit code when the program would have exited 0 but had findings (66)"},
    {"halt_on_error", [](std::string_view v) { return parse_flag(v, options.halt_on_error); },
     "end the process at the first finding of level error (0)"},
    {"log_path", [](std::string_view v) { return parse_text(v, options.log_path); },
     "write the report to <log_path>.<pid> instead of stderr; or to stdout"},
    {"reporter", [](std::string_view v) { return parse_text(v, options.reporter); },
     "path of the lockweave command that shows findings (the installed one)"},
    {"suppressions", [](std::string_view v) { return parse_text(v, options.suppressions); },
     "file with rule:glob lines"},
    {"fail_on", [](std::string_view v) { return parse_text(v, options.fail_on); },
     "note|warning|error|never: level from which findings change the exit code (warning)"},
    {"on_deadlock", [](std::string_view v) { return parse_on_deadlock(v, options.on_deadlock); },
     "exit|abort|wait: what to do after a certain deadlock was reported (exit)"},
    {"hang_timeout", [](std::string_view v) { return parse_number(v, options.hang_timeout); },
     "seconds after which a stall is reported as a warning; 0 = off (not given: see stall_note)"},
    {"stall_note", [](std::string_view v) { return parse_number(v, options.stall_note); },
     "without hang_timeout: seconds after which a wait for a lock is told, once, as a note (30)"},
    {"status_signal", [](std::string_view v) { return parse_number(v, options.status_signal); },
     "signal number that prints the live lock table; 0 = off (0)"},
    {"literal_locksets", [](std::string_view v) { return parse_flag(v, options.literal_locksets); },
     "report accesses without a common lock even where a lock ordered them by design; to debug "
     "(0)"},
    {"report_signals", [](std::string_view v) { return parse_flag(v, options.report_signals); },
     "print who waits for whom on SIGTERM, SIGABRT and SIGQUIT (1)"},
    {"record_arguments", [](std::string_view v) { return parse_flag(v, options.record_arguments); },
     "keep the program's arguments in the record; they may hold passwords (0)"},
    {"output", [](std::string_view v) { return parse_text(v, options.output); },
     "folder for the record"},
    {"verbosity", [](std::string_view v) { return parse_number(v, options.verbosity); },
     "1: say when the runtime starts (0)"},
    {"help", print_help, "1: print this list"},
};

bool print_help(std::string_view text) {
  if (text != "1") return true;
  Say say;
  say << "lockweave: keys of LOCKWEAVE_OPTIONS=\"key=value:key=value\"" << end_line;
  for (const Key& key : kKeys)
    say << "  " << key.name << end_line << "      " << key.help << end_line;
  return true;
}

// Levenshtein distance of two short words.
std::size_t distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kMax = 32;
  if (a.size() >= kMax || b.size() >= kMax) return kMax;
  std::size_t row[kMax + 1];
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      const std::size_t edit = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      row[j] = change < edit ? change : edit;
    }
  }
  return row[b.size()];
}

const Key& nearest_key(std::string_view name) {
  const Key* best = &kKeys[0];
  for (const Key& key : kKeys) {
    if (distance(name, key.name) < distance(name, best->name)) best = &key;
  }
  return *best;
}

void apply(std::string_view setting) {
  const std::size_t equals = setting.find('=');
  const std::string_view name = setting.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : setting.substr(equals + 1);
  for (const Key& key : kKeys) {
    if (key.name != name) continue;
    if (!key.parse(value)) {
      Say() << "lockweave: warning: LOCKWEAVE_OPTIONS: bad value \"" << value << "\" for " << name
            << " (" << key.help << "); the default is used" << end_line;
    }
    return;
  }
  Say() << "lockweave: warning: LOCKWEAVE_OPTIONS: unknown key \"" << name << "\"; did you mean \""
        << nearest_key(name).name << "\"? (help=1 lists all keys)" << end_line;
}

}  // namespace

void parse_options(const char* text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const std::string_view setting = rest.substr(0, colon);
    if (!setting.empty()) apply(setting);
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  }
}

}  // namespace lockweave::core
