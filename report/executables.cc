// report/executables.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/executables.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "report/text.h"

namespace lockweave::cli {

std::string own_executable() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

bool is_executable_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string find_in_path(std::string_view name) {
  if (name.empty()) return {};
  std::string path(name);
  if (name.find('/') != std::string_view::npos) return is_executable_file(path) ? path : "";
  const char* folders = std::getenv("PATH");
  for (const std::string& folder : split(folders != nullptr ? folders : "/usr/bin:/bin", ':')) {
    path = (folder.empty() ? "." : folder) + "/" + std::string(name);
    if (is_executable_file(path)) return path;
  }
  return {};
}

}  // namespace lockweave::cli
