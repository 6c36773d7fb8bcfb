// report/terminal.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the terminal can do, and text in colours. Plain text is complete without colour.
#pragma once

#include <string>
#include <string_view>

#include "model/finding.h"

namespace lockweave::cli {

enum class ColorChoice { automatic, always, never };

struct Screen {
  bool color = false;
  std::size_t width = 100;
};

// Of the file descriptor `fd`. automatic: colour if it is a terminal, NO_COLOR is not set and TERM
// is not "dumb".
Screen screen_of(int fd, ColorChoice choice);

enum class Ink { plain, bold, red, yellow, blue, green, cyan, dim };

class Pen {
 public:
  explicit Pen(bool color) : color_(color) {}
  std::string operator()(Ink ink, std::string_view text) const;
  static Ink of(model::Level level);

 private:
  bool color_;
};

// Columns that `text` takes, escape sequences not counted (UTF-8: code points).
std::size_t columns(std::string_view text);

}  // namespace lockweave::cli
