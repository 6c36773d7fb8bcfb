// runtime/core/base/text.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text put together in a fixed buffer. What does not fit is cut; the result is always closed with NUL.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lockweave::core {

class TextBuffer {
 public:
  // `size` > 0.
  TextBuffer(char* out, std::size_t size) : out_(out), size_(size) { out_[0] = '\0'; }

  TextBuffer& operator<<(std::string_view text) {
    for (const char c : text) {
      if (used_ + 1 == size_) {
        cut_ = true;
        break;
      }
      out_[used_++] = c;
    }
    out_[used_] = '\0';
    return *this;
  }
  TextBuffer& operator<<(std::uint64_t value) {
    char digits[24];
    const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return *this << std::string_view(digits, static_cast<std::size_t>(end - digits));
  }
  bool cut() const { return cut_; }

 private:
  char* out_;
  std::size_t size_;
  std::size_t used_ = 0;
  bool cut_ = false;
};

}  // namespace lockweave::core
