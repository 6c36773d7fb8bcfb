// analyzer/driver/cache.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analyzer/driver/cache.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lockweave::analyzer::driver {
namespace {

namespace fs = std::filesystem;

// Parts that cannot run together: each with its length.
class KeyText {
 public:
  KeyText& operator<<(const std::string& part) {
    text_ += std::to_string(part.size()) + ":" + part;
    return *this;
  }
  KeyText& operator<<(const std::vector<std::string>& parts) {
    text_ += std::to_string(parts.size()) + "[";
    for (const std::string& part : parts) *this << part;
    return *this;
  }
  KeyText& operator<<(bool flag) {
    text_ += flag ? '+' : '-';
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_models(KeyText& key, const summary::Models& models) {
  for (const auto& [type, lock, unlock, try_lock, lock_shared, unlock_shared, try_lock_shared,
                    recursive] : models.locks) {
    key << type << lock << unlock << try_lock << lock_shared << unlock_shared << try_lock_shared
        << recursive;
  }
  key << std::string("guards");
  for (const auto& [type, lock, unlock, shared] : models.guards)
    key << type << lock << unlock << shared;
  key << models.blocking << models.thread_roots << models.spawning << models.system_bodies;
}

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// The GNU build id in a segment of notes; empty: it has none.
std::string build_id_in(const char* notes, std::size_t size) {
  ElfW(Nhdr) header;
  for (std::size_t at = 0; at + sizeof header <= size;) {
    std::memcpy(&header, notes + at, sizeof header);
    const std::size_t name = at + sizeof header;
    const std::size_t value = name + padded(header.n_namesz);
    const bool is_id = header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
                       std::memcmp(notes + name, "GNU", 4) == 0;
    if (is_id) return {notes + value, header.n_descsz};
    at = value + padded(header.n_descsz);
  }
  return {};
}

int add_build_id(dl_phdr_info* object, std::size_t, void* into) {
  const std::string_view name = object->dlpi_name;
  const bool counts = name.empty() || name.find("libclang") != std::string_view::npos ||
                      name.find("libLLVM") != std::string_view::npos;
  for (int i = 0; counts && i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* const notes = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    *static_cast<std::string*>(into) += build_id_in(notes, segment.p_memsz);
  }
  return 0;
}

}  // namespace

std::string tool_identity() {
  std::string identity;
  ::dl_iterate_phdr(add_build_id, &identity);
  return identity;
}

std::string user_cache_folder() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/lockweave";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.cache/lockweave";
  return {};
}

std::string cache_folder(const std::string& wanted) {
  if (wanted.empty()) return {};
  std::error_code error;
  const fs::path folder = fs::absolute(wanted, error);
  fs::create_directories(folder, error);
  const bool usable = fs::is_directory(folder, error) && ::access(folder.c_str(), W_OK) == 0;
  return usable ? folder.string() : std::string();
}

std::string Cache::path_of(const extract::Job& job) const {
  KeyText key;
  key << tool_ << job.source << job.directory << job.arguments << job.resource_directory;
  add_models(key, job.models);
  const cli::Digest digest = cli::digest_of(key.text());
  return folder_ + "/" + cli::hex16(digest.first) + cli::hex16(digest.second) + ".unit";
}

std::optional<Shard> Cache::find(const extract::Job& job, FileWatch& watch,
                                 std::string& damaged) const {
  if (!used()) return std::nullopt;
  const std::string path = path_of(job);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream bytes;
  if (file.peek() != std::ifstream::traits_type::eof()) bytes << file.rdbuf();
  std::optional<Shard> shard = read_shard(bytes.view());
  if (!shard) damaged = path;
  for (std::size_t i = 0; shard && i < shard->read.size(); ++i) {
    if (!watch.unchanged(shard->read[i])) return std::nullopt;
  }
  return shard;
}

void Cache::keep(const extract::Job& job, const Shard& shard) const {
  if (!used()) return;
  const std::string path = path_of(job);
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file << write_shard(shard);
  file.close();
  std::error_code error;
  if (file) fs::rename(temporary, path, error);
  if (!file || error) fs::remove(temporary, error);
}

}  // namespace lockweave::analyzer::driver
