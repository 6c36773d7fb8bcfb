// runtime/core/code/byte_reader.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers of DWARF, read out of a module's unwind tables between two bounds. Beyond the end every
// read gives 0 and the reader has failed; it never leaves its bounds.
#pragma once

#include <string.h>

#include <cstddef>
#include <cstdint>

namespace lockweave::core {

class ByteReader {
 public:
  ByteReader(std::uintptr_t at, std::uintptr_t end) : at_(at), end_(at <= end ? end : at) {}

  bool failed() const { return failed_; }
  bool at_end() const { return failed_ || at_ >= end_; }
  std::uintptr_t position() const { return at_; }
  std::uintptr_t end() const { return end_; }
  void skip(std::uint64_t bytes) { (void)take(bytes); }

  template <class T>
  T fixed() {
    T value{};
    if (const std::uintptr_t from = take(sizeof value)) {
      memcpy(&value, reinterpret_cast<const void*>(from), sizeof value);
    }
    return value;
  }

  std::uint64_t uleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = fixed<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return value;
    }
  }

  std::int64_t sleb() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;;) {
      const auto byte = fixed<std::uint8_t>();
      if (shift < 64) value |= std::uint64_t{byte & 0x7FU} << shift;
      shift += 7;
      if ((byte & 0x80U) != 0) continue;
      if (shift < 64 && (byte & 0x40U) != 0) value |= ~std::uint64_t{0} << shift;
      return static_cast<std::int64_t>(value);
    }
  }

  // A pointer as .eh_frame encodes it (DW_EH_PE_*); `data` is what data-relative ones count from.
  // Indirect ones are left as they are: nothing that is needed here is reached through them.
  std::uintptr_t encoded(std::uint8_t encoding, std::uintptr_t data) {
    const std::uintptr_t here = at_;
    const std::uintptr_t value = number(encoding & 0x0FU);
    if (value == 0) return 0;
    switch (encoding & 0x70U) {
      case 0x00: return value;
      case 0x10: return here + value;
      case 0x30: return data + value;
      default: failed_ = true; return 0;
    }
  }

  std::uintptr_t number(unsigned format) {
    switch (format) {
      case 0x00:
      case 0x04:
      case 0x0C: return fixed<std::uint64_t>();
      case 0x01: return uleb();
      case 0x02: return fixed<std::uint16_t>();
      case 0x03: return fixed<std::uint32_t>();
      case 0x09: return static_cast<std::uintptr_t>(sleb());
      case 0x0A: return static_cast<std::uintptr_t>(std::int64_t{fixed<std::int16_t>()});
      case 0x0B: return static_cast<std::uintptr_t>(std::int64_t{fixed<std::int32_t>()});
      default: failed_ = true; return 0;
    }
  }

 private:
  // Where the next `bytes` lie; 0: there are not so many.
  std::uintptr_t take(std::uint64_t bytes) {
    if (failed_ || bytes > end_ - at_) {
      failed_ = true;
      return 0;
    }
    const std::uintptr_t from = at_;
    at_ += bytes;
    return from;
  }

  std::uintptr_t at_;
  std::uintptr_t end_;
  bool failed_ = false;
};

}  // namespace lockweave::core
