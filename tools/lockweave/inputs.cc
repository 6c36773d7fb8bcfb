// tools/lockweave/inputs.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/inputs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

namespace lockweave::cli {
namespace {

bool comes_first(const model::Record& a, const model::Record& b) {
  const auto& x = a.header;
  const auto& y = b.header;
  if (x.exe != y.exe) return x.exe < y.exe;
  if (!std::equal(x.args.begin(), x.args.end(), y.args.begin(), y.args.end())) {
    return std::lexicographical_compare(x.args.begin(), x.args.end(), y.args.begin(), y.args.end());
  }
  return std::tie(x.pid, x.ppid, a.path) < std::tie(y.pid, y.ppid, b.path);
}

bool read_text(const std::string& path, std::string& text, std::string& why) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  if (!file || file.bad()) {
    why = std::strerror(errno != 0 ? errno : EIO);
    return false;
  }
  text = std::move(content).str();
  return true;
}

}  // namespace

Inputs load_records(const std::vector<std::string>& files) {
  Inputs inputs;
  std::set<std::string> seen;
  for (const std::string& path : files) {
    std::string text;
    std::string why;
    if (!read_text(path, text, why)) {
      inputs.problems.push_back(
          {path, 0, "cannot be read: " + why, "check its name and permissions"});
      continue;
    }
    model::ReadError error;
    model::Record partial;
    std::optional<model::Record> record = model::read_record_text(text, path, error, &partial);
    if (!record) {
      if (error.path.empty()) error.path = path;
      inputs.problems.push_back(error);
      if (partial.header.pid == 0) continue;
      record = std::move(partial);
      record->cut = true;
    }
    if (seen.insert(std::move(text)).second) inputs.records.push_back(std::move(*record));
  }
  std::sort(inputs.records.begin(), inputs.records.end(), comes_first);
  return inputs;
}

std::string describe(const model::ReadError& problem) {
  std::string text = problem.path;
  if (problem.line != 0) text += fmt::format(":{}", problem.line);
  text += ": " + problem.message;
  if (!problem.remedy.empty()) text += "\n  " + problem.remedy;
  return text;
}

}  // namespace lockweave::cli
