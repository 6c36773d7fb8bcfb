// report/complain.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/complain.h"

#include <fmt/core.h>

#include <cstdio>

#include "report/visible.h"

namespace lockweave::cli {

std::string describe(const model::ReadError& problem) {
  std::string text = problem.path;
  if (problem.line != 0) text += fmt::format(":{}", problem.line);
  return text + ": " + problem.message;
}

void complain(const model::ReadError& problem) { complain(describe(problem), problem.remedy); }

void complain(const std::string& message, const std::string& remedy) {
  fmt::print(stderr, "lockweave: {}\n", visible(message));
  if (!remedy.empty()) fmt::print(stderr, "  {}\n", visible(remedy));
}

}  // namespace lockweave::cli
