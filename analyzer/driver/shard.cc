// analyzer/driver/shard.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/shard.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace lockweave::analyzer::driver {
namespace {

constexpr std::string_view kMagic = "\x7FLWSHARD1\n";

void append(std::string& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>(number >> (8 * i));
}
void append(std::string& out, std::string_view text) {
  append(out, std::uint64_t{text.size()});
  out += text;
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : left_(bytes) {}

  std::uint64_t number() {
    std::uint64_t result = 0;
    const std::string_view bytes = take(8);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      result |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return result;
  }
  std::string text() { return std::string(take(number())); }
  cli::Digest digest() {
    const std::uint64_t first = number();
    return {first, number()};
  }
  std::string_view left() const { return left_; }
  bool good() const { return good_; }

 private:
  std::string_view take(std::uint64_t size) {
    good_ = good_ && size <= left_.size();
    if (!good_) return {};
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  std::string_view left_;
  bool good_ = true;
};

std::optional<FileFacts> stat_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  constexpr std::int64_t kSecond = 1'000'000'000;
  return FileFacts{path,
                   static_cast<std::uint64_t>(status.st_size),
                   status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec,
                   {}};
}

std::optional<FileFacts> read_facts(const std::string& path) {
  std::optional<FileFacts> facts = stat_of(path);
  std::ifstream file(path, std::ios::binary);
  if (!facts || !file) return std::nullopt;
  std::ostringstream content;
  if (facts->size != 0) content << file.rdbuf();
  facts->digest = cli::digest_of(content.view());
  return facts;
}

}  // namespace

std::string write_shard(const Shard& shard) {
  std::string body;
  append(body, std::uint64_t{shard.parsed});
  append(body, std::uint64_t{shard.read.size()});
  for (const FileFacts& one : shard.read) {
    append(body, one.path);
    append(body, one.size);
    append(body, static_cast<std::uint64_t>(one.changed_ns));
    append(body, one.digest.first);
    append(body, one.digest.second);
  }
  append(body, shard.unit);
  const cli::Digest digest = cli::digest_of(body);
  std::string out(kMagic);
  append(out, digest.first);
  append(out, digest.second);
  return out += body;
}

std::optional<Shard> read_shard(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return std::nullopt;
  Cursor cursor(bytes.substr(kMagic.size()));
  const cli::Digest digest = cursor.digest();
  if (!cursor.good() || digest != cli::digest_of(cursor.left())) return std::nullopt;
  Shard shard;
  shard.parsed = cursor.number() != 0;
  for (std::uint64_t count = cursor.number(); count != 0 && cursor.good(); --count) {
    FileFacts one;
    one.path = cursor.text();
    one.size = cursor.number();
    one.changed_ns = static_cast<std::int64_t>(cursor.number());
    one.digest = cursor.digest();
    shard.read.push_back(std::move(one));
  }
  shard.unit = cursor.text();
  if (!cursor.good() || !cursor.left().empty()) return std::nullopt;
  return shard;
}

std::optional<FileFacts> FileWatch::facts(const std::string& path) {
  const auto [known, added] = known_.try_emplace(path);
  if (added) known->second = read_facts(path);
  return known->second;
}

bool FileWatch::unchanged(const FileFacts& then) {
  const std::optional<FileFacts> now = stat_of(then.path);
  if (!now || now->size != then.size) return false;
  if (now->changed_ns == then.changed_ns) return true;
  const std::optional<FileFacts> content = facts(then.path);
  return content && content->digest == then.digest;
}

}  // namespace lockweave::analyzer::driver
