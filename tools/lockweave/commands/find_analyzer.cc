// tools/lockweave/commands/find_analyzer.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/commands/find_analyzer.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "report/executables.h"
#include "tools/lockweave/commands/preload.h"

namespace lockweave::cli {

std::string find_analyzer(std::vector<std::string>& tried) {
  namespace fs = std::filesystem;
  const char* const named = std::getenv("LOCKWEAVE_ANALYZE");
  if (named != nullptr && *named != '\0') {
    tried.push_back(fs::absolute(named).lexically_normal().string());
  } else {
    const fs::path here = fs::path(own_executable()).parent_path();
    for (const char* place : {"lockweave-analyze", "../../analyzer/driver/lockweave-analyze"}) {
      tried.push_back((here / place).lexically_normal().string());
    }
  }
  for (const std::string& path : tried) {
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

}  // namespace lockweave::cli
