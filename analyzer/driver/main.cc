// analyzer/driver/main.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <fmt/core.h>

#include <exception>

#include "analyzer/driver/driver.h"
#include "report/exit_code.h"
#include "report/visible.h"

int main(int argc, char** argv) {
  namespace driver = lockweave::analyzer::driver;
  try {
    int exit_code = lockweave::cli::kClean;
    const auto options = driver::parse_options(argc, argv, exit_code);
    return options ? driver::run(*options) : exit_code;
  } catch (const std::exception& error) {
    fmt::print(stderr, "lockweave: the analyzer itself failed: {}\n",
               lockweave::cli::visible(error.what()));
    return lockweave::cli::kToolFailed;
  }
}
