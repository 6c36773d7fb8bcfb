// runtime/core/record/record_file.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_file.h"

#include <errno.h>
#include <string.h>

#include "runtime/core/base/lost.h"
#include "runtime/core/base/os.h"

namespace lockweave::core {
namespace {

// Reserves [offset, offset+size) so that writing to the mapping cannot fail later.
long reserve(long fd, std::uint64_t offset, std::size_t size) {
  const long result =
      os::call(SYS_fallocate, fd, 0, static_cast<long>(offset), static_cast<long>(size));
  if (result != -EOPNOTSUPP) return result;
  return os::call(SYS_ftruncate, fd, static_cast<long>(offset + size));
}

}  // namespace

long RecordFile::open(const char* path) {
  const std::size_t length = strlen(path);
  if (length >= kPathMax) return -ENAMETOOLONG;
  memcpy(path_, path, length + 1);
  window_at_ = 0;
  used_ = line_start_ = 0;
  const long fd = os::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path_),
                           O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) {
    path_[0] = '\0';
    return fd;
  }
  os::call(SYS_close, fd);
  return map_next_window() ? 0 : -ENOSPC;
}

bool RecordFile::map_next_window() {
  const long fd = os::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path_), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  const std::uint64_t at = window_ == nullptr ? 0 : window_at_ + kWindow;
  long mapped = reserve(fd, at, kWindow);
  if (mapped >= 0) {
    mapped = os::call(SYS_mmap, 0, kWindow, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                      static_cast<long>(at));
  }
  os::call(SYS_close, fd);
  if (mapped < 0 && mapped > -4096) return false;
  unmap(previous_);
  previous_ = window_;
  window_ = reinterpret_cast<char*>(mapped);
  window_at_ = at;
  used_ = 0;
  return true;
}

void RecordFile::append(std::string_view text) {
  if (window_ == nullptr || broken_) return;
  if (trimmed_ && !restore_trimmed_space()) {
    broken_ = true;
    return;
  }
  while (!text.empty()) {
    if (used_ == kWindow && !map_next_window()) {
      broken_ = true;
      return;
    }
    const std::size_t room = kWindow - used_;
    const std::size_t part = text.size() < room ? text.size() : room;
    memcpy(window_ + used_, text.data(), part);
    used_ += part;
    text.remove_prefix(part);
  }
}

void RecordFile::end_line() {
  append("\n");
  if (broken_) drop_line();
  broken_ = false;
  line_start_ = used_;
  unmap(previous_);
}

// A broken line always ends at the end of a window that could not be followed by another.
void RecordFile::drop_line() {
  count_lost(Loss::record_lines);
  if (previous_ != nullptr || trimmed_) return;  // the part left behind reads as a cut line
  memset(window_ + line_start_, 0, used_ - line_start_);
  used_ = line_start_;
}

void RecordFile::unmap(char*& window) {
  if (window != nullptr) os::call(SYS_munmap, reinterpret_cast<long>(window), kWindow);
  window = nullptr;
}

void RecordFile::finish() {
  if (window_ == nullptr) return;
  os::call(SYS_truncate, reinterpret_cast<long>(path_), static_cast<long>(window_at_ + used_));
  trimmed_ = true;
}

// Bytes behind the end of the file must not be touched (SIGBUS): take the space again first.
bool RecordFile::restore_trimmed_space() {
  const long fd = os::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path_), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  const long result = reserve(fd, window_at_, kWindow);
  os::call(SYS_close, fd);
  trimmed_ = result < 0;
  return !trimmed_;
}

void RecordFile::abandon() {
  unmap(previous_);
  unmap(window_);
  path_[0] = '\0';
}

}  // namespace lockweave::core
