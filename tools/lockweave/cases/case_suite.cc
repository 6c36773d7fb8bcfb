// tools/lockweave/cases/case_suite.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/cases/case_suite.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "report/executables.h"
#include "report/text.h"
#include "tools/lockweave/commands/preload.h"

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kBuild = "build the suite: cmake --build BUILD_DIR --target lockweave_cases";

std::optional<std::string> text_of(const std::string& path, const char* remedy,
                                   model::ReadError& error) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    error = {path, 0, fmt::format("cannot be read: {}", std::strerror(errno)), remedy};
    return std::nullopt;
  }
  return text.str();
}

// "14_deadlock/two_locks.cc"
fs::path last_two(const fs::path& path) { return path.parent_path().filename() / path.filename(); }

class Loader {
 public:
  Loader(const std::string& manifest, model::ReadError& error)
      : manifest_(manifest), folder_(fs::absolute(manifest).parent_path()), error_(error) {}

  bool add(const std::string& line, std::size_t number) {
    const std::vector<std::string> parts = split(line, '\t');
    if (parts.size() != 3 && parts.size() != 4) {
      return fail(number, "is not: form, source, program, flags, separated by tabs", kBuild);
    }
    Case one;
    one.form = parts[0];
    one.source = absolute(parts[1]);
    const std::string program = absolute(parts[2]);
    if (::access(program.c_str(), X_OK) != 0) {
      return fail(number, ticked(program) + " is not there, or cannot be executed", kBuild);
    }
    const fs::path source(one.source);
    one.topic = source.parent_path().filename().string();
    one.name = source.stem().string();
    const Expectation* expectation = expectation_of(one.source);
    if (expectation == nullptr) return false;
    one.expectation = *expectation;
    if (parts.size() == 4) one.flags = flags_in(parts[3]);
    one.command = {program};
    if (one.source.ends_with(".py")) one.command.push_back(one.source);
    one.command.insert(one.command.end(), expectation->arguments.begin(),
                       expectation->arguments.end());
    cases_.push_back(std::move(one));
    return true;
  }
  std::vector<Case> take() { return std::move(cases_); }

 private:
  bool fail(std::size_t number, std::string message, std::string remedy) {
    error_ = {manifest_, number, std::move(message), std::move(remedy)};
    return false;
  }
  std::string absolute(const std::string& path) const {
    return (folder_ / path).lexically_normal().string();
  }
  std::vector<std::string> flags_in(const std::string& text) const {
    constexpr std::string_view kInclude = "-I";
    std::vector<std::string> flags;
    for (const std::string& word : split(text, ' ')) {
      if (word.empty()) continue;
      const bool folder = word.starts_with(kInclude);
      flags.push_back(folder ? word.substr(0, 2) + absolute(word.substr(2)) : word);
    }
    return flags;
  }
  const Expectation* expectation_of(const std::string& source) {
    const auto known = read_.find(source);
    if (known != read_.end()) return &known->second;
    const auto text = text_of(source, kBuild, error_);
    auto parsed = text ? parse_expectation(*text, source, error_) : std::nullopt;
    return parsed ? &read_.emplace(source, std::move(*parsed)).first->second : nullptr;
  }

  const std::string& manifest_;
  const fs::path folder_;
  model::ReadError& error_;
  std::map<std::string, Expectation> read_;
  std::vector<Case> cases_;
};

}  // namespace

bool Case::is_source(const std::string& file) const { return last_two(file) == last_two(source); }

std::string find_suite(const std::string& option, std::vector<std::string>& tried) {
  if (!option.empty()) {
    tried.push_back(option);
  } else {
    const fs::path here = fs::path(own_executable()).parent_path();
    for (const char* place : {"../../instrumented_cases", "../libexec/lockweave/cases"}) {
      tried.push_back((here / place / "manifest.txt").lexically_normal().string());
    }
  }
  for (const std::string& path : tried) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) return path;
  }
  return {};
}

std::optional<std::vector<Case>> load_suite(const std::string& manifest, model::ReadError& error) {
  const auto text = text_of(manifest, kBuild, error);
  if (!text) return std::nullopt;
  Loader loader(manifest, error);
  std::size_t number = 0;
  for (const std::string& line : split(*text, '\n')) {
    ++number;
    if (!line.empty() && !loader.add(line, number)) return std::nullopt;
  }
  std::vector<Case> cases = loader.take();
  if (cases.empty()) {
    error = {manifest, 0, "names no program", kBuild};
    return std::nullopt;
  }
  return cases;
}

}  // namespace lockweave::cli
