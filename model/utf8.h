// model/utf8.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is valid UTF-8: one place for the writer, which escapes what is not, and the reader, which
// refuses it. Header-only and free of libstdc++, for the runtime. Source: RFC 3629, section 4.
#pragma once

#include <cstddef>

namespace lockweave::model {

// Length in bytes of the UTF-8 character at `text`; 0 if it is not a valid one.
// Requires: size > 0.
inline std::size_t utf8_length(const char* text, std::size_t size) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  const unsigned char lead = bytes[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > size) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((bytes[i] & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && bytes[1] < 0xA0) || (lead == 0xF0 && bytes[1] < 0x90);
  const bool surrogate = lead == 0xED && bytes[1] > 0x9F;
  const bool too_large = lead == 0xF4 && bytes[1] > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace lockweave::model
