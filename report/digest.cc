// report/digest.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/digest.h"

#include <fmt/core.h>

#include <bit>

namespace lockweave::cli {

// FNV-1a beside a hash of another structure: a text that fools both is not to be met by accident.
Digest digest_of(std::string_view text) {
  Digest digest{0xCBF29CE484222325u, 0x9E3779B97F4A7C15u};
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    digest.first = (digest.first ^ byte) * 0x100000001B3u;
    digest.second = std::rotl(digest.second + byte, 23) * 0xD6E8FEB86659FD93u;
  }
  digest.second ^= digest.second >> 32;
  return digest;
}

std::string hex16(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace lockweave::cli
