// runtime/core/base/say.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text to the user from inside the process: a fixed buffer, written with one system call per
// kilobyte, so that lines of several processes do not mix. Only start-up warnings and verdicts
// speak; nothing else does.
//
// All text is made visible (model/visible.h): much of it are names that the program chose. A line
// ends by `end_line`, and by nothing else.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "model/visible.h"
#include "runtime/core/base/os.h"

namespace lockweave::core {

struct EndLine {};
inline constexpr EndLine end_line;

class Say {
 public:
  explicit Say(int fd = 2) : fd_(fd) {}
  ~Say() { flush(); }
  Say(const Say&) = delete;
  Say& operator=(const Say&) = delete;

  Say& operator<<(std::string_view text) {
    model::for_each_visible(text.data(), text.size(), [this](char c) { put(c); });
    return *this;
  }
  Say& operator<<(EndLine) {
    put('\n');
    return *this;
  }
  Say& operator<<(std::uint64_t value) { return number(value, 10); }
  Say& hex(std::uint64_t value) { return (*this << "0x").number(value, 16); }

 private:
  void put(char c) {
    if (used_ == sizeof buffer_) flush();
    buffer_[used_++] = c;
  }
  Say& number(std::uint64_t value, int base) {
    char digits[24];
    return *this << std::string_view(
               digits,
               static_cast<std::size_t>(
                   std::to_chars(digits, digits + sizeof digits, value, base).ptr - digits));
  }
  void flush() {
    os::write_all(fd_, buffer_, used_);
    used_ = 0;
  }

  int fd_;
  std::size_t used_ = 0;
  char buffer_[1024];
};

}  // namespace lockweave::core
