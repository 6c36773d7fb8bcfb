// model/file_text.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "model/file_text.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

namespace lockweave::model {
namespace {

namespace fs = std::filesystem;

bool is_of_the_shell(const fs::path& path) {
  const std::string text = path.string();
  return text == "/dev/stdin" || text.starts_with("/dev/fd/") || text.starts_with("/proc/self/fd/");
}

bool may_be_read(const fs::path& path, std::string& why) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (error) why = error.message();
  if (fs::is_directory(status)) why = "it is a directory";
  if (!why.empty() || fs::is_regular_file(status)) return why.empty();
  if (fs::is_fifo(status) && is_of_the_shell(path)) return true;
  if (path == "/dev/null") return true;
  why = "it is no regular file";
  return false;
}

// Appends without the second and further of NULs in a row; `nul` tells whether the last one is kept back.
void append(std::string& text, std::string_view piece, bool& nul) {
  while (!piece.empty()) {
    const std::size_t length = std::min(piece.find('\0'), piece.size());
    if (length > 0) {
      if (nul) text.push_back('\0');
      nul = false;
      text.append(piece.substr(0, length));
    }
    piece.remove_prefix(length);
    const std::size_t nuls = std::min(piece.find_first_not_of('\0'), piece.size());
    nul |= nuls > 0;
    piece.remove_prefix(nuls);
  }
}

}  // namespace

bool read_file_text(const fs::path& path, std::string& text, std::string& why) {
  text.clear();
  why.clear();
  if (!may_be_read(path, why)) return false;
  constexpr std::size_t kPiece = std::size_t{256} << 10;
  constexpr std::uint64_t kReadMax = std::uint64_t{16} << 30;  // also of NULs, which are not kept
  std::vector<char> piece(kPiece);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  bool nul = false;
  std::uint64_t read = 0;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    append(text, {piece.data(), static_cast<std::size_t>(file.gcount())}, nul);
    read += static_cast<std::uint64_t>(file.gcount());
    if (text.size() > kFileTextMax || read > kReadMax) {
      why = "it is larger than 2 GiB";
      return false;
    }
  }
  if (!file.is_open() || file.bad()) why = std::strerror(errno != 0 ? errno : EIO);
  return why.empty();
}

}  // namespace lockweave::model
