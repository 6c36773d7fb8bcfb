// runtime/core/state/thread_label.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/thread_label.h"

#include <string.h>

namespace lockweave::core {
namespace {

constexpr char kCut = '~';
constexpr std::size_t kDigits = 16;  // of a digest
constexpr std::uint64_t kMain = 0x6D61696E;
constexpr std::uint64_t kUnannounced = 0x3F;

// The finaliser of MurmurHash3, a bijection: children of one parent have different digests.
std::uint64_t digest_of_child(std::uint64_t parent, std::uint32_t rank) {
  std::uint64_t mixed = parent * 0x9E3779B97F4A7C15ULL + rank + 1;
  mixed = (mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCDULL;
  mixed = (mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return mixed ^ (mixed >> 33);
}

// Decimal, at the end of a buffer; returns where it begins.
char* write_before(char* end, std::uint32_t number) {
  do {
    *--end = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return end;
}

// What stands behind the digest of a label that is cut; all of one that is not.
const char* readable(const ThreadLabel& label) {
  return label.text[0] == kCut ? label.text + 1 + kDigits : label.text;
}

void write_digest(char* out, std::uint64_t digest) {
  for (std::size_t i = kDigits; i > 0; --i, digest >>= 4) {
    out[i - 1] = "0123456789abcdef"[digest & 15];
  }
}

// As many of the last ranks as fit.
const char* end_of(const char* path, std::size_t room) {
  const std::size_t length = strlen(path);
  if (length <= room) return path;
  const char* end = strchr(path + (length - room), '.');
  return end == nullptr ? path + length : end;
}

}  // namespace

ThreadLabel label_of_main() { return {kMain, "0"}; }

ThreadLabel label_of_unannounced(std::uint32_t rank) {
  ThreadLabel label{digest_of_child(kUnannounced, rank), {}};
  char digits[16] = {};
  const char* number = write_before(digits + sizeof digits - 1, rank);
  label.text[0] = '?';
  strcpy(label.text + 1, number);
  return label;
}

ThreadLabel label_of_child(const ThreadLabel& parent, std::uint32_t rank) {
  ThreadLabel label{digest_of_child(parent.place, rank), {}};
  char tail[16] = {};
  char* number = write_before(tail + sizeof tail - 1, rank);
  *--number = '.';
  const std::size_t tail_length = strlen(number);
  const bool was_cut = parent.text[0] == kCut;
  const std::size_t whole = strlen(parent.text) + tail_length;
  char* out = label.text;
  const char* path = parent.text;
  if (was_cut || whole >= ThreadLabel::kSize) {
    *out++ = kCut;
    write_digest(out, label.place);
    out += kDigits;
    path = end_of(readable(parent), ThreadLabel::kSize - 1 - 1 - kDigits - tail_length);
  }
  const std::size_t length = strlen(path);
  memcpy(out, path, length);
  memcpy(out + length, number, tail_length + 1);
  return label;
}

}  // namespace lockweave::core
