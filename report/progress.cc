// report/progress.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace lockweave::cli {
namespace {

constexpr std::chrono::seconds kPatience{1};
constexpr std::chrono::milliseconds kRefresh{100};

}  // namespace

Progress::Progress(bool wanted)
    : active_(wanted && ::isatty(STDERR_FILENO) == 1), next_(Clock::now() + kPatience) {}

void Progress::show(std::string_view what, std::size_t done, std::size_t total) {
  if (!active_ || Clock::now() < next_) return;
  next_ = Clock::now() + kRefresh;
  shown_ = true;
  fmt::print(stderr, "\r\033[Klockweave: {} {}/{}", what, done, total);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  shown_ = false;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

}  // namespace lockweave::cli
