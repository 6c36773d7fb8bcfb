// tools/lockweave/commands/doctor.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `lockweave doctor [PROGRAM]`: what works on this machine, or with this program, and what to do
// where something does not. One line each: ok, warn (works, with less) or bad (does not work).
// Exit code: 0; 1 if a line is bad; 2 if the program does not exist.
#include <fmt/core.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "report/executables.h"
#include "report/exit_code.h"
#include "report/text.h"
#include "report/visible.h"
#include "tools/lockweave/commands/options.h"
#include "tools/lockweave/commands/preload.h"
#include "tools/lockweave/commands/program.h"
#include "tools/lockweave/commands/reporting.h"
#include "tools/lockweave/symbols/elf_file.h"
#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;

class Diagnosis {
 public:
  explicit Diagnosis(Pen pen) : pen_(pen) {}
  void ok(const std::string& what) { line(Ink::green, "ok  ", what, ""); }
  void warn(const std::string& what, const std::string& remedy) {
    line(Ink::yellow, "warn", what, remedy);
  }
  void bad(const std::string& what, const std::string& remedy) {
    any_bad_ = true;
    line(Ink::red, "bad ", what, remedy);
  }
  bool any_bad() const { return any_bad_; }

 private:
  void line(Ink ink, const char* word, const std::string& what, const std::string& remedy) const {
    fmt::print("  {}  {}\n", pen_(ink, word), visible(what));
    if (!remedy.empty()) fmt::print("        {} {}\n", pen_(Ink::green, "help:"), visible(remedy));
  }
  Pen pen_;
  bool any_bad_ = false;
};

// ---- the machine -------------------------------------------------------------------------------

void check_system(Diagnosis& diagnosis) {
  utsname system{};
  ::uname(&system);
  const std::string text =
      fmt::format("{} {} on {}", system.sysname, system.release, system.machine);
  if (std::string_view(system.machine) == "x86_64") {
    diagnosis.ok(text);
  } else {
    diagnosis.bad(text, "the runtime is for x86_64");
  }
  const std::string version = ::gnu_get_libc_version();
  const std::vector<std::string> numbers = split(version, '.');
  const bool one_library =
      numbers.size() > 1 && std::stoi(numbers[0]) == 2 && std::stoi(numbers[1]) >= 34;
  if (one_library) {
    diagnosis.ok("glibc " + version);
  } else {
    diagnosis.warn("glibc " + version + " keeps threads in a library of its own",
                   "tested from 2.34 on");
  }
}

void check_runtime(const DoctorOptions& options, Diagnosis& diagnosis) {
  std::vector<std::string> tried;
  const std::string runtime = find_runtime(options.runtime, tried);
  if (runtime.empty()) {
    diagnosis.bad("the runtime was not found; looked for " + joined(tried, ", "),
                  "name it with --runtime PATH or LOCKWEAVE_RUNTIME");
    return;
  }
  std::string error;
  const auto file = ElfFile::open(runtime, error);
  if (!file) {
    diagnosis.bad(fmt::format("the runtime {} is unusable: {}", runtime, error),
                  "install Lockweave again");
  } else if (runtime.find_first_of(" :") != std::string::npos) {
    diagnosis.bad(fmt::format("the runtime's path {} holds a blank or a colon", ticked(runtime)),
                  "LD_PRELOAD cannot name it: copy it elsewhere and use --runtime PATH");
  } else {
    diagnosis.ok("runtime " + runtime);
  }
}

void check_symbolizer(Diagnosis& diagnosis) {
  for (const std::string& name : symbolizer_names()) {
    const std::string path = find_in_path(name);
    if (path.empty()) continue;
    diagnosis.ok("symbols by " + path);
    return;
  }
  diagnosis.warn("no llvm-symbolizer: places are shown as module+offset",
                 "install it (Debian: apt install llvm)");
}

void check_output(const DoctorOptions& options, Diagnosis& diagnosis) {
  std::error_code error;
  fs::path folder = fs::absolute(options.output, error);
  while (!fs::exists(folder, error) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  if (fs::is_directory(folder, error) && ::access(folder.c_str(), W_OK | X_OK) == 0) {
    diagnosis.ok("records can be written to " + options.output);
  } else {
    diagnosis.bad("records cannot be written to " + options.output,
                  "choose another folder with --output DIR");
  }
}

// ---- the program -------------------------------------------------------------------------------

bool has_separate_debug_file(const ElfFacts& facts) {
  if (facts.build_id.size() < 3) return false;
  std::error_code error;
  return fs::exists(fmt::format("/usr/lib/debug/.build-id/{}/{}.debug", facts.build_id.substr(0, 2),
                                facts.build_id.substr(2)),
                    error);
}

void check_debug_info(const ElfFacts& facts, Diagnosis& diagnosis) {
  if (facts.has_debug_info) {
    diagnosis.ok("debug information: source lines can be shown");
  } else if (has_separate_debug_file(facts)) {
    diagnosis.ok("debug information in a separate file, found by its build id");
  } else if (facts.has_symbol_table) {
    diagnosis.warn("no debug information: functions are shown, but no lines", "compile with -g");
  } else {
    diagnosis.warn("stripped: only exported functions have names",
                   "compile with -g and do not strip");
  }
}

bool needs(const ElfFacts& facts, std::string_view prefix) {
  return std::any_of(facts.needed.begin(), facts.needed.end(),
                     [prefix](const std::string& name) { return name.starts_with(prefix); });
}

void check_libraries(const ElfFile& file, Diagnosis& diagnosis) {
  const ElfFacts& facts = file.facts();
  const std::string asan = address_sanitizer_library(facts);
  if (!asan.empty()) {
    diagnosis.ok(fmt::format("AddressSanitizer ({}): loaded before the runtime", asan));
  } else if (file.defines("__asan_init")) {
    diagnosis.ok("AddressSanitizer is linked in; the runtime works beside it");
  }
  if (needs(facts, "liblockweave.so")) diagnosis.ok("linked with the runtime");
  const bool own_cxx_library = !needs(facts, "libstdc++.so") && !needs(facts, "libc++.so") &&
                               file.defines("_ZNSt6thread4joinEv");
  if (own_cxx_library) {
    diagnosis.ok(
        "libstdc++ is linked in: std::thread and std::mutex are still seen, "
        "they call the C library");
  }
}

// Locks that no library call shows.
void check_unseen_locks(const ElfFile& file, Diagnosis& diagnosis) {
  if (file.defines("runtime.goexit") || file.defines("runtime.goexit.abi0")) {
    diagnosis.warn("written in Go: its sync package waits by its own scheduler and is not seen",
                   "only C code that it calls is watched");
  }
  if (file.defines("rust_eh_personality") || file.defines("__rust_alloc")) {
    diagnosis.warn(
        "written in Rust: std::sync's Mutex, RwLock and Condvar are inlined and not seen as locks, "
        "only their sleeps are",
        "what it does through pthread functions and C libraries is watched");
  }
}

// Returns false if there is no such program.
bool check_program(const DoctorOptions& options, const Pen& pen, Diagnosis& diagnosis) {
  const Program program = inspect_program(options.program);
  if (program.path.empty()) {
    complain(program.obstacle->message, program.obstacle->remedy);
    return false;
  }
  fmt::print("{}\n", pen(Ink::bold, visible(program.path)));
  if (program.binary != program.path) diagnosis.ok("a script, run by " + program.binary);
  if (program.obstacle) {
    diagnosis.bad(program.obstacle->message, program.obstacle->remedy);
    return true;
  }
  std::string error;
  const auto file = ElfFile::open(program.binary, error);
  if (!file) {
    diagnosis.bad(fmt::format("{} cannot be examined: {}", program.binary, error),
                  "check its permissions");
    return true;
  }
  diagnosis.ok("dynamically linked for x86-64 and glibc, started by " + file->facts().interpreter);
  check_libraries(*file, diagnosis);
  check_unseen_locks(*file, diagnosis);
  check_debug_info(file->facts(), diagnosis);
  return true;
}

}  // namespace

int doctor_command(const DoctorOptions& options) {
  const Pen pen(screen_of(STDOUT_FILENO, options.color).color);
  Diagnosis diagnosis(pen);
  fmt::print("{}\n", pen(Ink::bold, "this machine"));
  check_system(diagnosis);
  check_runtime(options, diagnosis);
  check_symbolizer(diagnosis);
  check_output(options, diagnosis);
  if (!options.program.empty() && !check_program(options, pen, diagnosis)) return kUsage;
  return diagnosis.any_bad() ? kFindings : kClean;
}

}  // namespace lockweave::cli
