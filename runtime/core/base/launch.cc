// runtime/core/base/launch.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/launch.h"

#include <cstddef>

namespace lockweave::core {

constinit Launch launch;

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <std::size_t N>
void unescape(std::string_view text, char (&out)[N]) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size() && used + 1 < N; ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      out[used++] = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out[used++] = text[i];
    }
  }
  out[used] = '\0';
}

}  // namespace

void parse_launch(std::string_view text) {
  launch.present = true;
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view pair = text.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view key = pair.substr(0, equals);
      const std::string_view value = pair.substr(equals + 1);
      if (key == "dir") unescape(value, launch.dir);
      if (key == "cli") unescape(value, launch.cli);
      if (key == "preload") unescape(value, launch.preload);
      if (key == "root") launch.root = value == "1";
    }
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
}

}  // namespace lockweave::core
