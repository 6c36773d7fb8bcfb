// tools/lockweave/commands/preload.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/preload.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "report/executables.h"
#include "report/text.h"

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kLibrary = "liblockweave.so";

std::string absolute(const std::string& path) {
  std::error_code error;
  const fs::path full = fs::absolute(path, error);
  return error ? path : full.lexically_normal().string();
}

// Sets NAME=value; removes the variable if the value is empty.
void set(std::vector<std::string>& environment, const std::string& name, const std::string& value) {
  std::erase_if(environment,
                [&name](const std::string& entry) { return entry.starts_with(name + "="); });
  if (!value.empty()) environment.push_back(name + "=" + value);
}

std::string get(std::span<const std::string> environment, const std::string& name) {
  for (const std::string& entry : environment) {
    if (entry.starts_with(name + "=")) return entry.substr(name.size() + 1);
  }
  return {};
}

std::string appended_to_preload(const Preload& preload, std::string_view existing) {
  std::string text;
  for (const std::string& library : preload.load_first) {
    if (existing.find(library) == std::string_view::npos) text += ":" + library;
  }
  text += ":" + preload.runtime;
  return existing.empty() ? text.substr(1) : text;
}

std::string options_text(const Preload& preload, const std::string& users) {
  std::vector<std::string> parts;
  for (const RunSetting& setting : preload.settings) {
    parts.push_back(setting.key + "=" + setting.value);
  }
  if (!users.empty()) parts.push_back(users);
  if (!preload.options.empty()) parts.push_back(preload.options);
  return joined(parts, ":");
}

}  // namespace

std::string find_runtime(const std::string& option, std::vector<std::string>& tried) {
  const char* variable = std::getenv("LOCKWEAVE_RUNTIME");
  if (!option.empty()) {
    tried.push_back(absolute(option));
  } else if (variable != nullptr && *variable != '\0') {
    tried.push_back(absolute(variable));
  } else {
    const fs::path here = fs::path(own_executable()).parent_path();
    for (const char* place :
         {"../lib", "../lib/x86_64-linux-gnu", "../lib64", "../../runtime", "../runtime", "."}) {
      tried.push_back((here / place / kLibrary).lexically_normal().string());
    }
  }
  for (const std::string& path : tried) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) return path;
  }
  return {};
}

std::vector<std::string> environment_for(const Preload& preload,
                                         std::span<const std::string> environment) {
  std::vector<std::string> result(environment.begin(), environment.end());
  const std::string existing = get(environment, "LD_PRELOAD");
  const std::string appended = appended_to_preload(preload, existing);
  constexpr std::string_view kReserved = ";=";
  const std::string run =
      fmt::format("dir={};root=1;pid_of_launcher={};cli={};preload={}",
                  percent_escape(preload.run_folder, kReserved), ::getpid(),
                  percent_escape(own_executable(), kReserved), percent_escape(appended, kReserved));
  set(result, "LD_PRELOAD", existing + appended);
  set(result, "LOCKWEAVE_RUN", run);
  set(result, "LOCKWEAVE_OPTIONS", options_text(preload, get(environment, "LOCKWEAVE_OPTIONS")));
  return result;
}

std::string option_value(std::string_view options, std::string_view key) {
  std::string value;
  for (const std::string& part : split(options, ':')) {
    const auto equals = part.find('=');
    if (equals != std::string::npos && part.substr(0, equals) == key) {
      value = part.substr(equals + 1);
    }
  }
  return value;
}

}  // namespace lockweave::cli
