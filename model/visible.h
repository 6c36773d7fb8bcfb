// model/visible.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text that somebody else chose (names, paths, arguments), made safe to print: what a terminal or a
// log reader would act on is shown as an escape instead. So no name begins a line of its own, moves
// the cursor, or turns the order of what stands around it.
//     \n \t \r \x1b      control characters
//     \u{202e}           C1 controls, line and paragraph separators, bidirectional overrides
//     \xff               a byte that is no UTF-8
//     \x23#[             the commands that continuous integration reads in the midst of a line:
//                        `##[error]` (GitHub), `##vso[task...]` (Azure), `##teamcity[...]`
// What is visible already stays as it is, so to do it twice does no harm.
// Header-only and free of libstdc++, for the runtime. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/utf8.h"

namespace lockweave::model {

// Of a valid UTF-8 character of `length` bytes.
inline std::uint32_t code_point(const char* text, std::size_t length) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  if (length == 1) return bytes[0];
  std::uint32_t value = bytes[0] & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = value << 6 | (bytes[i] & 0x3Fu);
  return value;
}

inline bool acts_on_a_terminal(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool mark = code == 0x061C || code == 0x200E || code == 0x200F;
  const bool override = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  return control || separator || mark || override;
}

// Would the log reader of a build service act on what begins here?
inline bool begins_a_command(const char* text, std::size_t size) {
  constexpr const char* kCommands[] = {"##[", "##vso[", "##teamcity["};
  for (const char* command : kCommands) {
    std::size_t i = 0;
    while (i < size && command[i] != '\0' && text[i] == command[i]) ++i;
    if (command[i] == '\0') return true;
  }
  return false;
}

// Calls put(char) for each character of the visible text.
template <typename Put>
void for_each_visible(const char* text, std::size_t size, const Put& put) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto put_byte = [&](unsigned char byte) {
    put('\\');
    put('x');
    put(kDigits[byte >> 4]);
    put(kDigits[byte & 15]);
  };
  const auto put_code = [&](std::uint32_t code) {
    put('\\');
    put('u');
    put('{');
    bool leading = true;
    for (int shift = 20; shift >= 0; shift -= 4) {
      const std::uint32_t digit = code >> shift & 15;
      leading = leading && digit == 0 && shift != 0;
      if (!leading) put(kDigits[digit]);
    }
    put('}');
  };
  for (std::size_t i = 0; i < size;) {
    const std::size_t length = utf8_length(text + i, size - i);
    const std::uint32_t code = length == 0 ? 0 : code_point(text + i, length);
    if (length == 0) {
      put_byte(static_cast<unsigned char>(text[i]));
    } else if (code == '#' && begins_a_command(text + i, size - i)) {
      put_byte('#');
    } else if (!acts_on_a_terminal(code)) {
      for (std::size_t k = 0; k < length; ++k) put(text[i + k]);
    } else if (code == '\n' || code == '\t' || code == '\r') {
      put('\\');
      put(code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    } else if (code < 0x80) {
      put_byte(static_cast<unsigned char>(code));
    } else {
      put_code(code);
    }
    i += length == 0 ? 1 : length;
  }
}

}  // namespace lockweave::model
