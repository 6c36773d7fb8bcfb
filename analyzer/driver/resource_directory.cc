// analyzer/driver/resource_directory.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/resource_directory.h"

#include <filesystem>

#include "report/child_output.h"
#include "report/executables.h"
#include "report/text.h"

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;

bool has_headers(const std::string& folder) {
  std::error_code error;
  return !folder.empty() && fs::is_regular_file(fs::path(folder) / "include/stddef.h", error);
}

}  // namespace

std::string find_resource_directory(const std::string& option, std::vector<std::string>& tried) {
  if (!option.empty()) {
    tried = {option};
  } else {
    const fs::path here = fs::path(cli::own_executable()).parent_path();
    tried = {LOCKWEAVE_CLANG_RESOURCES,
             (here / "../lib/clang/" LOCKWEAVE_CLANG_MAJOR).lexically_normal().string()};
  }
  for (const std::string& folder : tried) {
    if (has_headers(folder)) return folder;
  }
  if (!option.empty()) return {};
  const auto told = cli::output_of({"clang-" LOCKWEAVE_CLANG_MAJOR, "-print-resource-dir"});
  const std::string folder(cli::trimmed(told.value_or("")));
  if (has_headers(folder)) return folder;
  tried.emplace_back("clang-" LOCKWEAVE_CLANG_MAJOR " -print-resource-dir");
  return {};
}

}  // namespace lockweave::analyzer::driver
