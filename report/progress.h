// report/progress.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One line on the terminal while something takes longer than a second; erased when it is done.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

namespace lockweave::cli {

class Progress {
 public:
  // Silent unless standard error is a terminal and `wanted`.
  explicit Progress(bool wanted);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  void show(std::string_view what, std::size_t done, std::size_t total);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool active_;
  bool shown_ = false;
  Clock::time_point next_;
};

}  // namespace lockweave::cli
