// report/digest.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// 128 bits that stand for a text, so that equal files can be told without keeping them. Not against
// forgery: who can write our inputs can write findings anyway. The same on every machine (XXH3).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockweave::cli {

struct Digest {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend auto operator<=>(const Digest&, const Digest&) = default;
};

Digest digest_of(std::string_view text);

std::string hex16(std::uint64_t value);  // 16 digits

}  // namespace lockweave::cli
