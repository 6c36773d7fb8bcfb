// runtime/core/record/record_file.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/record/record_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "runtime/core/base/lost.h"
#include "runtime/core/base/os.h"

namespace lockweave::core {
namespace {

template <class T>
long word(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

// A signal handler of the program that interrupts us is no reason to lose a line.
long retried(long number, long a, long b, long c = 0, long d = 0) {
  for (;;) {
    const long result = os::call(number, a, b, c, d);
    if (result != -EINTR) return result;
  }
}

void close_descriptor(long fd) {
  if (fd >= 0) os::call(SYS_close, fd);
}

// Soft limit; ~0: none, or not to be known.
std::uint64_t limit_of(int resource) {
  std::uint64_t limit[2] = {~std::uint64_t{0}, 0};
  os::call(SYS_prlimit64, 0, resource, 0, word(limit));
  return limit[0];
}

// The kernel answers growth beyond RLIMIT_FSIZE with SIGXFSZ, which ends the program. While this lives
// none comes, and what our own writing caused is gone afterwards. A program that blocks the signal
// itself may find one pending that is ours. Without a limit there is no signal, and nothing to do.
class NoSizeSignal {
 public:
  explicit NoSizeSignal(std::uint64_t limit) : limited_(limit != ~std::uint64_t{0}) {
    if (!limited_) return;
    os::call(SYS_rt_sigprocmask, SIG_BLOCK, word(&kOnly), word(&before_), sizeof before_);
  }
  ~NoSizeSignal() {
    if (!limited_) return;
    const timespec at_once{};
    if (came_ && (before_ & kOnly) == 0) {
      os::call(SYS_rt_sigtimedwait, word(&kOnly), 0, word(&at_once), sizeof kOnly);
    }
    os::call(SYS_rt_sigprocmask, SIG_SETMASK, word(&before_), 0, sizeof before_);
  }
  NoSizeSignal(const NoSizeSignal&) = delete;
  NoSizeSignal& operator=(const NoSizeSignal&) = delete;

  long pass(long result) {
    came_ |= result == -EFBIG;
    return result;
  }

 private:
  static constexpr std::uint64_t kOnly = std::uint64_t{1} << (SIGXFSZ - 1);
  const bool limited_;
  std::uint64_t before_ = 0;
  bool came_ = false;
};

// Above what programs count on: whoever opens a file gets the number it would have got without us.
constexpr std::uint64_t kUsual = 1000;

// Returns the new descriptor, or a negative error: `fd` is then still open.
long raised(long fd) {
  const std::uint64_t limit = limit_of(RLIMIT_NOFILE);
  const long lowest = static_cast<long>(limit > kUsual ? kUsual : limit - 1);
  const long high = os::call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest);
  if (high >= 0) close_descriptor(fd);
  return high;
}

}  // namespace

RecordFile::Identity RecordFile::identity_of(long fd) {
  struct stat status {};
  if (os::call(SYS_fstat, fd, word(&status)) != 0) return {};
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

long RecordFile::create(const char* directory, const char* name) {
  const long folder =
      retried(SYS_openat, AT_FDCWD, word(directory), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return folder;
  const Identity identity = identity_of(folder);
  long fd = -EXDEV;
  if (folder_ == Identity{} || folder_ == identity) {
    fd = retried(SYS_openat, folder, word(name),
                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  }
  close_descriptor(folder);
  if (fd >= 0) folder_ = identity;
  return fd;
}

long RecordFile::open(const char* directory, const char* name) {
  const std::size_t folder_length = strlen(directory);
  const std::size_t name_length = strlen(name);
  if (folder_length + name_length + 2 > kPathMax) return -ENAMETOOLONG;
  const long fd = create(directory, name);
  if (fd < 0) return fd;
  memcpy(path_, directory, folder_length);
  path_[folder_length] = '/';
  memcpy(path_ + folder_length + 1, name, name_length + 1);
  committed_ = written_ = reserved_ = lines_ = 0;
  marks_ = used_ = 0;
  failed_ = closing_ = torn_ = false;
  file_ = identity_of(fd);
  keep(fd);
  let_go();
  return 0;
}

void RecordFile::keep(long fd) {
  const long high = raised(fd);
  borrowed_ = high < 0;
  fd_ = borrowed_ ? fd : high;
}

// A low number is given back at once.
void RecordFile::let_go() {
  if (borrowed_) close_descriptor(fd_);
  if (borrowed_) fd_ = -1;
  borrowed_ = false;
}

// The old number stays taken until whoever wants it replaces it.
void RecordFile::move() {
  const long fd = fd_;
  if (fd < 0) return;
  long other = os::call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, fd + 1);
  if (other < 0) other = os::call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, kUsual);
  fd_ = other < 0 ? -1 : other;
}

bool RecordFile::have_descriptor() {
  if (fd_ >= 0 && identity_of(fd_) == file_) return true;
  // lockweave: ignore(atomic-check-then-act) stored under the record writer's lock only
  fd_ = -1;  // whatever has that number now is the program's
  const long fd = retried(SYS_openat, AT_FDCWD, word(path_),
                          O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) return false;
  if (identity_of(fd) == file_) {
    keep(fd);
  } else {
    close_descriptor(fd);
  }
  return fd_ >= 0;
}

// Ordinary lines stay kClosing bytes below what is reserved, and below the limit on a file's size (or a
// quarter below a small one).
// Returns 0 or -errno.
long RecordFile::make_room(std::uint64_t size, std::uint64_t limit) {
  if (closing_) return 0;  // may use what there is
  const std::uint64_t end =
      committed_ + written_ + size + (limit / 4 < kClosing ? limit / 4 : kClosing);
  if (end > limit) return -ENOSPC;  // no signal
  if (end <= reserved_) return 0;
  const long result = reserve(end + kReserve);
  return result < 0 ? reserve(end) : result;  // as much as a small disk has
}

long RecordFile::reserve(std::uint64_t end) {
  const long result = retried(SYS_fallocate, fd_, FALLOC_FL_KEEP_SIZE,
                              static_cast<long>(committed_), static_cast<long>(end - committed_));
  if (result == 0) reserved_ = end;
  if (result != -EOPNOTSUPP && result != -ENOSYS) return result;
  reserved_ = ~std::uint64_t{0};
  return 0;
}

bool RecordFile::write_buffer() {
  const std::uint64_t limit = limit_of(RLIMIT_FSIZE);
  NoSizeSignal no_signal(limit);
  if (!have_descriptor() || !cut_torn_line() || no_signal.pass(make_room(used_, limit)) < 0)
    return false;
  for (std::size_t at = 0; at < used_;) {
    const long result =
        no_signal.pass(retried(SYS_pwrite64, fd_, word(buffer_ + at), static_cast<long>(used_ - at),
                               static_cast<long>(committed_ + written_)));
    if (result <= 0) return false;
    at += static_cast<std::size_t>(result);
    written_ += static_cast<std::uint64_t>(result);
  }
  used_ = 0;
  return true;
}

void RecordFile::append(std::string_view text) {
  while (is_open() && !failed_ && !text.empty()) {
    if (used_ == kBuffer && !write_buffer()) return take_back();
    const std::size_t room = kBuffer - used_;
    const std::size_t part = text.size() < room ? text.size() : room;
    memcpy(buffer_ + used_, text.data(), part);
    used_ += part;
    text.remove_prefix(part);
  }
}

void RecordFile::end_line() {
  append("\n");
  if (is_open()) ++lines_;
}

// Requires that the last line is complete.
bool RecordFile::flush() {
  if (used_ > 0 && !write_buffer()) take_back();
  let_go();
  if (failed_) return false;
  committed_ += written_;
  written_ = lines_ = 0;
  marks_ = 0;
  return true;
}

void RecordFile::mark(ProcessMark& written) {
  if (failed_ || !is_open()) return;
  if (marks_ == kMarks && !flush()) return;
  written.set();
  marked_[marks_++] = &written;
}

bool RecordFile::commit() {
  const bool all = flush();
  if (!all) count_lost(Loss::record_lines, lines_);
  lines_ = 0;
  failed_ = closing_ = false;
  return all;
}

void RecordFile::take_back() {
  failed_ = true;
  for (std::size_t i = 0; i < marks_; ++i) marked_[i]->clear();
  marks_ = used_ = 0;
  torn_ |= written_ > 0;
  written_ = 0;
  if (torn_ && have_descriptor()) cut_torn_line();
}

bool RecordFile::cut_torn_line() {
  if (!torn_) return true;
  torn_ = retried(SYS_ftruncate, fd_, static_cast<long>(committed_)) < 0;
  if (!torn_ && reserved_ != ~std::uint64_t{0}) reserved_ = committed_;  // the cut took it along
  return !torn_;
}

void RecordFile::finish() {
  torn_ = is_open();
  if (torn_ && have_descriptor()) cut_torn_line();
  let_go();
}

void RecordFile::abandon() {
  if (fd_ >= 0 && identity_of(fd_) == file_) close_descriptor(fd_);
  // lockweave: ignore(atomic-check-then-act) stored under the record writer's lock only
  fd_ = -1;
  path_[0] = '\0';
  marks_ = used_ = 0;
  written_ = lines_ = 0;
  failed_ = closing_ = torn_ = false;
}

}  // namespace lockweave::core
