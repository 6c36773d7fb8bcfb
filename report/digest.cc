// report/digest.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "report/digest.h"

#include <fmt/core.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lockweave::cli {

Digest digest_of(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.high64, hash.low64};
}

std::string hex16(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace lockweave::cli
