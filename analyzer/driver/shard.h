// analyzer/driver/shard.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One unit in the cache: its summary, and every file it was made from. A shard is good while all of
// these are as they were: same size, and same time of change or same content.
// Limits: a new file that an #include would now find first is not noticed; a change within the same
// size and nanosecond is not either.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/digest.h"

namespace lockweave::analyzer::driver {

struct FileFacts {
  std::string path;
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;  // since 1970
  cli::Digest digest;
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

struct Shard {
  std::vector<FileFacts> read;
  bool parsed = false;
  std::string unit;  // summary/archive.h
  friend bool operator==(const Shard&, const Shard&) = default;
};

// Begins with a digest of the rest, so that a damaged file is known as one.
std::string write_shard(const Shard& shard);
std::optional<Shard> read_shard(std::string_view bytes);

// What is on the disk now; each file is read once, however many units it is part of.
class FileWatch {
 public:
  // Nothing: it cannot be read.
  std::optional<FileFacts> facts(const std::string& path);
  bool unchanged(const FileFacts& then);

 private:
  std::map<std::string, std::optional<FileFacts>> known_;
};

}  // namespace lockweave::analyzer::driver
