// report/complain.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/complain.h"

#include <fmt/core.h>

#include <cstdio>

namespace lockweave::cli {

std::string describe(const model::ReadError& problem) {
  std::string text = problem.path;
  if (problem.line != 0) text += fmt::format(":{}", problem.line);
  text += ": " + problem.message;
  if (!problem.remedy.empty()) text += "\n  " + problem.remedy;
  return text;
}

void complain(const model::ReadError& problem) {
  fmt::print(stderr, "lockweave: {}\n", describe(problem));
}

void complain(const std::string& message, const std::string& remedy) {
  fmt::print(stderr, "lockweave: {}\n", message);
  if (!remedy.empty()) fmt::print(stderr, "  {}\n", remedy);
}

}  // namespace lockweave::cli
