// tools/lockweave/commands/program.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/program.h"

#include <elf.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "report/executables.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

bool needs_library(const ElfFacts& facts, std::string_view prefix) {
  return std::any_of(facts.needed.begin(), facts.needed.end(),
                     [prefix](const std::string& name) { return name.starts_with(prefix); });
}

Obstacle not_startable(const std::string& name) {
  if (name.find('/') == std::string::npos) {
    return {fmt::format("{} was not found in PATH", ticked(name)),
            fmt::format("for a program in this folder write ./{}", name)};
  }
  struct stat status {};
  if (::stat(name.c_str(), &status) != 0) {
    return {fmt::format("{} does not exist", ticked(name)), "check the path after `--`"};
  }
  if (S_ISDIR(status.st_mode)) {
    return {fmt::format("{} is a folder", ticked(name)), "name the program inside of it"};
  }
  return {fmt::format("{} is not executable", ticked(name)),
          fmt::format("make it so with chmod +x {}", name)};
}

// The first words of the line after "#!"; empty if there is none.
std::vector<std::string> script_interpreter(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  constexpr std::size_t kLongest = 4096;
  line.resize(kLongest);
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  line.resize(std::min(line.find('\n'), line.size()));
  std::vector<std::string> words;
  if (!line.starts_with("#!")) return words;
  for (const std::string& word : split(line.substr(2), ' ')) {
    const std::string_view clean = trimmed(word);
    if (!clean.empty()) words.emplace_back(clean);
  }
  return words;
}

bool begins_like_elf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char magic[SELFMAG] = {};
  file.read(magic, sizeof magic);
  return std::equal(magic, magic + SELFMAG, ELFMAG);
}

// "/usr/bin/env -S python3 -u" runs python3.
std::string program_behind(const std::vector<std::string>& words) {
  if (base_name(words.front()) != "env") return words.front();
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with('-') || words[i].find('=') != std::string::npos) continue;
    const std::string found = find_in_path(words[i]);
    return found.empty() ? words.front() : found;
  }
  return words.front();
}

std::string machine_name(const ElfFacts& facts) {
  if (!facts.is_64_bit) return "32-bit code";
  if (facts.machine == EM_AARCH64) return "64-bit ARM code";
  return fmt::format("code for another machine (ELF machine {})", facts.machine);
}

}  // namespace

bool is_musl(const ElfFacts& facts) {
  return facts.interpreter.find("ld-musl") != std::string::npos ||
         needs_library(facts, "libc.musl-");
}

bool has_thread_sanitizer(const ElfFile& file) {
  if (needs_library(file.facts(), "libtsan.so")) return true;
  return !needs_library(file.facts(), "liblockweave.so") && file.defines("__tsan_init");
}

std::string address_sanitizer_library(const ElfFacts& facts) {
  for (const std::string& name : facts.needed) {
    if (name.starts_with("libasan.so") || name.starts_with("libclang_rt.asan")) return name;
  }
  return {};
}

std::optional<Obstacle> privilege_obstacle(const std::string& path) {
  struct stat status {};
  struct statvfs filesystem {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  if (::statvfs(path.c_str(), &filesystem) == 0 && (filesystem.f_flag & ST_NOSUID) != 0) {
    return std::nullopt;
  }
  const bool other_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid();
  const bool other_group = (status.st_mode & S_ISGID) != 0 && status.st_gid != ::getgid();
  if (other_user || other_group) {
    return Obstacle{fmt::format("{} is set-{}-id, so the system ignores LD_PRELOAD for it",
                                ticked(path), other_user ? "user" : "group"),
                    "run a copy without that bit: cp keeps it off"};
  }
  if (::getuid() != 0 && ::getxattr(path.c_str(), "security.capability", nullptr, 0) > 0) {
    return Obstacle{fmt::format("{} has file capabilities, so the system ignores LD_PRELOAD for it",
                                ticked(path)),
                    "run a copy without them: cp keeps them off"};
  }
  return std::nullopt;
}

std::optional<Obstacle> obstacle_in(const std::string& path, const ElfFile& file) {
  const ElfFacts& facts = file.facts();
  if (!facts.is_64_bit || !facts.little_endian || facts.machine != EM_X86_64) {
    return Obstacle{
        fmt::format("{} is {}; the runtime is for 64-bit x86", ticked(path), machine_name(facts)),
        "build the program for x86-64"};
  }
  const bool is_loader = base_name(path).starts_with("ld-linux");
  if (facts.interpreter.empty() && !is_loader) {
    return Obstacle{
        fmt::format(
            "{} is statically linked: nothing can be loaded into it, none of its locks is seen",
            ticked(path)),
        "link it dynamically (without -static or -static-pie)"};
  }
  if (is_musl(facts)) {
    return Obstacle{
        fmt::format("{} uses the C library musl; the runtime is built for glibc", ticked(path)),
        "build the program for a glibc system"};
  }
  if (has_thread_sanitizer(file)) {
    return Obstacle{
        fmt::format("{} contains ThreadSanitizer, and two runtimes cannot both watch its locks",
                    ticked(path)),
        "build it without -fsanitize=thread, or with lockweave-c++ instead"};
  }
  return std::nullopt;
}

Program inspect_program(const std::string& name) {
  Program program;
  program.path = find_in_path(name);
  if (program.path.empty()) {
    program.obstacle = not_startable(name);
    return program;
  }
  program.binary = program.path;
  const std::vector<std::string> interpreter = script_interpreter(program.path);
  if (!interpreter.empty()) {
    if (!is_executable_file(interpreter.front())) {
      program.obstacle = Obstacle{fmt::format("{} names the interpreter {}, which does not exist",
                                              ticked(name), ticked(interpreter.front())),
                                  "install it, or correct the first line of the script"};
      return program;
    }
    program.binary = program_behind(interpreter);
  }
  std::string error;
  std::optional<ElfFile> file = ElfFile::open(program.binary, error);
  if (!file && begins_like_elf(program.binary)) {
    program.obstacle = Obstacle{fmt::format("{} is a damaged program: {}", ticked(name), error),
                                "build or copy it again"};
    return program;
  }
  if (!file && interpreter.empty()) {
    program.shell_script = true;
    program.binary = "/bin/sh";
    file = ElfFile::open(program.binary, error);
  }
  program.obstacle = privilege_obstacle(program.binary);
  if (!file || program.obstacle) return program;
  program.obstacle = obstacle_in(program.binary, *file);
  const std::string asan = address_sanitizer_library(file->facts());
  if (!asan.empty()) program.load_first.push_back(asan);
  return program;
}

}  // namespace lockweave::cli
