// runtime/core/record/record_file.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The record's file: written through a shared mapping, so that what was written survives SIGKILL,
// _exit and abort without any finalizer. No descriptor is kept: the file is opened, grown and mapped
// window by window, so daemons may close every descriptor they find.
//
// Invariants: bytes after the last newline are zeros, except while a line is being written.
// Thread-safety: none, the record writer serialises.
// Limits: disk full or file gone while growing: the line is dropped and counted, what was written
// stays. Space is allocated before it is mapped, so a full disk never raises SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/record.h"

namespace lockweave::core {

class RecordFile final : public model::LineSink {
 public:
  constexpr RecordFile() = default;

  // Creates `path` (absolute; must not exist). Returns 0 or -errno.
  long open(const char* path);
  bool is_open() const { return window_ != nullptr; }
  const char* path() const { return path_; }  // "" if it could not be created

  void append(std::string_view text) override;
  void end_line() override;

  // Cuts the file to what was written. More lines may follow (the file grows again).
  void finish();
  // In a child of fork: the mapping belongs to the parent's record.
  void abandon();

 private:
  static constexpr std::size_t kWindow = std::size_t{256} << 10;
  static constexpr std::size_t kPathMax = 4096;

  bool map_next_window();
  bool restore_trimmed_space();
  void unmap(char*& window);
  void drop_line();

  char path_[kPathMax] = {};
  char* window_ = nullptr;       // current window, kWindow bytes
  char* previous_ = nullptr;     // the one before, while a line straddles both
  std::uint64_t window_at_ = 0;  // file offset of window_
  std::size_t used_ = 0;         // bytes used in window_
  std::size_t line_start_ = 0;   // of the line being written, in the window it began in
  bool trimmed_ = false;         // finish() cut the file behind used_
  bool broken_ = false;          // the line being written lost a part
};

}  // namespace lockweave::core
