// tools/lockweave/records/run_folder.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/records/run_folder.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "report/text.h"

namespace lockweave::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kChooseOutput = "choose a folder you may write to with --output DIR";

std::string time_stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &local);
  return text;
}

std::vector<fs::path> entries(const fs::path& folder, std::error_code& error) {
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// A process that was killed between making the file and writing its first line saw nothing.
bool has_begun(const fs::path& record) {
  const int first = std::ifstream(record).get();
  return first != std::char_traits<char>::eof() && first != 0;
}

// A link to nothing and what is no file count: whoever reads them will say so.
bool is_record(const fs::path& path) {
  std::error_code error;
  if (path.extension() != ".jsonl" || fs::is_directory(path, error)) return false;
  return !fs::is_regular_file(path, error) || ::access(path.c_str(), R_OK) != 0 || has_begun(path);
}

std::vector<std::string> records_in(const std::vector<fs::path>& inside) {
  std::vector<std::string> files;
  for (const fs::path& path : inside) {
    if (is_record(path)) files.push_back(path.string());
  }
  return files;
}

// Oldest first. Runs of the same second are told apart by when their folder was last written to.
std::vector<fs::path> runs_in(const std::vector<fs::path>& inside) {
  std::vector<fs::path> runs;
  for (const fs::path& path : inside) {
    std::error_code error;
    if (path.filename().string().starts_with("run-") && fs::is_directory(path, error)) {
      runs.push_back(path);
    }
  }
  std::stable_sort(runs.begin(), runs.end(), [](const fs::path& a, const fs::path& b) {
    constexpr std::size_t kStamp = std::string_view("run-YYYYmmdd-HHMMSS").size();
    const std::string x = a.filename().string().substr(0, kStamp);
    const std::string y = b.filename().string().substr(0, kStamp);
    if (x != y) return x < y;
    std::error_code error;
    return fs::last_write_time(a, error) < fs::last_write_time(b, error);
  });
  return runs;
}

model::ReadError unreadable(const fs::path& folder, const std::error_code& problem) {
  return {folder.string(), 0, "the folder cannot be read: " + problem.message(),
          "check its permissions"};
}

}  // namespace

std::optional<std::string> make_run_folder(const std::string& output, model::ReadError& error) {
  std::error_code problem;
  const fs::path parent = fs::absolute(output, problem).lexically_normal();
  fs::create_directories(parent, problem);
  if (problem || !fs::is_directory(parent)) {
    error = {output, 0,
             fmt::format("the output folder cannot be made: {}",
                         problem ? problem.message() : "a file of that name is in the way"),
             kChooseOutput};
    return std::nullopt;
  }
  const std::string base = fmt::format("run-{}-{}", time_stamp(), ::getpid());
  for (int attempt = 0; attempt < 100; ++attempt) {
    const fs::path folder = parent / (attempt == 0 ? base : fmt::format("{}-{}", base, attempt));
    if (::mkdir(folder.c_str(), 0700) == 0) return folder.string();
    if (errno != EEXIST) break;
  }
  error = {output, 0,
           fmt::format("the output folder cannot be written to: {}", std::strerror(errno)),
           kChooseOutput};
  return std::nullopt;
}

std::optional<std::vector<std::string>> record_files(const std::string& input, bool all_runs,
                                                     model::ReadError& error) {
  std::error_code problem;
  const fs::file_status status = fs::status(input, problem);
  if (!fs::exists(status)) {
    error = {input, 0, problem && problem.value() != ENOENT ? problem.message() : "does not exist",
             "name a record (*.jsonl), the folder of a run, or an output folder"};
    return std::nullopt;
  }
  if (!fs::is_directory(status)) return std::vector<std::string>{input};
  const std::vector<fs::path> inside = entries(input, problem);
  if (problem) {
    error = unreadable(input, problem);
    return std::nullopt;
  }
  std::vector<std::string> files = records_in(inside);
  if (!files.empty()) return files;
  std::vector<fs::path> runs = runs_in(inside);
  if (!all_runs && runs.size() > 1) runs.erase(runs.begin(), runs.end() - 1);
  for (const fs::path& run : runs) {
    const std::vector<std::string> of_run = records_in(entries(run, problem));
    files.insert(files.end(), of_run.begin(), of_run.end());
    if (problem) error = unreadable(run, problem);
  }
  if (files.empty() && error.message.empty()) {
    error = {input, 0, "holds no record",
             "run a program first: lockweave run --output DIR -- PROGRAM"};
  }
  if (files.empty()) return std::nullopt;
  return files;
}

}  // namespace lockweave::cli
