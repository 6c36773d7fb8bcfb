// analyzer/driver/unity_file.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/unity_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include "report/text.h"

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;

// Takes comments off a line; `inside` is whether one is open, before and after it.
std::string without_comments(std::string_view line, bool& inside) {
  std::string code;
  while (!line.empty()) {
    if (inside) {
      const std::size_t end = line.find("*/");
      if (end == line.npos) return code;
      line.remove_prefix(end + 2);
      inside = false;
      continue;
    }
    const std::size_t begin = line.find("/*");
    const std::size_t rest = line.find("//");
    if (rest < begin) return code.append(line.substr(0, rest));
    code += line.substr(0, begin);
    if (begin == line.npos) return code;
    line.remove_prefix(begin + 2);
    inside = true;
  }
  return code;
}

// "a.cc" of `# include "a.cc"`.
std::optional<std::string_view> included(std::string_view directive) {
  directive.remove_prefix(1);
  directive = cli::trimmed(directive);
  if (!directive.starts_with("include")) return std::nullopt;
  directive = cli::trimmed(directive.substr(std::string_view("include").size()));
  if (directive.size() < 2 || directive.front() != '"') return std::nullopt;
  const std::size_t end = directive.find('"', 1);
  return end == directive.npos ? std::nullopt : std::optional(directive.substr(1, end - 1));
}

}  // namespace

bool is_source(std::string_view file) {
  static constexpr std::array<std::string_view, 12> kEndings = {
      ".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".cppm", ".ixx", ".ccm", ".cxxm", ".tcc", ".ii"};
  const std::string ending = fs::path(file).extension().string();
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

std::vector<std::string> sources_joined_in(const std::string& file) {
  std::ifstream text(file, std::ios::binary);
  std::vector<std::string> sources;
  bool in_comment = false;
  for (std::string line; std::getline(text, line);) {
    const std::string plain = without_comments(line, in_comment);
    const std::string_view code = cli::trimmed(plain);
    if (code.empty()) continue;
    if (code.front() != '#') return {};
    const std::optional<std::string_view> name = included(code);
    if (!name || !is_source(*name)) continue;
    sources.push_back((fs::path(file).parent_path() / *name).lexically_normal().string());
  }
  return sources;
}

std::string project_file_of(const std::string& file) {
  const std::vector<std::string> sources = sources_joined_in(file);
  return sources.empty() ? file : sources.front();
}

}  // namespace lockweave::analyzer::driver
