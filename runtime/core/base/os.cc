// runtime/core/base/os.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/os.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <atomic>

namespace lockweave::os {

long call(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
#else
#error "lockweave: no system call convention for this processor"
#endif
}

void* map_memory(std::size_t bytes) {
  const long result = call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}

void sleep_ns(long nanoseconds) {
  timespec duration{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  call(SYS_nanosleep, reinterpret_cast<long>(&duration), 0);
}

std::uint64_t monotonic_ms() {
  timespec now{};
  call(SYS_clock_gettime, CLOCK_MONOTONIC, reinterpret_cast<long>(&now));
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

void write_all(int fd, const char* text, std::size_t size) {
  while (size > 0) {
    const long written = call(SYS_write, fd, reinterpret_cast<long>(text), static_cast<long>(size));
    if (written == -EINTR) continue;
    if (written <= 0) return;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

namespace {

constinit std::atomic<bool> sandbox{false};

long open_to_read(const char* path, int flags) {
  if (in_sandbox()) return -EPERM;
  return call(SYS_openat, AT_FDCWD, reinterpret_cast<long>(path), O_RDONLY | O_CLOEXEC | flags);
}

}  // namespace

void enter_sandbox() { sandbox.store(true, std::memory_order_relaxed); }
bool in_sandbox() { return sandbox.load(std::memory_order_relaxed); }

long read_file(const char* path, char* buffer, std::size_t size) {
  buffer[0] = '\0';
  const long fd = open_to_read(path, 0);
  if (fd < 0) return fd;
  std::size_t used = 0;
  while (used + 1 < size) {
    const long got = call(SYS_read, fd, reinterpret_cast<long>(buffer + used),
                          static_cast<long>(size - 1 - used));
    if (got == -EINTR) continue;
    if (got <= 0) break;
    used += static_cast<std::size_t>(got);
  }
  buffer[used] = '\0';
  call(SYS_close, fd);
  return static_cast<long>(used);
}

long make_folders(const char* path) {
  constexpr std::size_t kPathMax = 4096;
  const std::size_t length = strlen(path);
  if (length >= kPathMax) return -ENAMETOOLONG;
  char part[kPathMax];
  long result = 0;
  for (std::size_t end = 1; end <= length; ++end) {
    if (path[end] != '/' && path[end] != '\0') continue;
    memcpy(part, path, end);
    part[end] = '\0';
    result = call(SYS_mkdirat, AT_FDCWD, reinterpret_cast<long>(part), 0700);
  }
  return result == -EEXIST ? 0 : result;
}

void exit_process(int status) {
  for (;;) call(SYS_exit_group, status);
}

namespace {

char* append_number(char* out, int value) {
  char digits[12];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (count > 0) *out++ = digits[--count];
  return out;
}

struct KernelDirectoryEntry {  // struct linux_dirent64
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

int parse_tid(const char* name) {
  int value = 0;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return 0;
    value = value * 10 + (*name - '0');
  }
  return value;
}

// One line of the process's maps at a time, out of a sliding buffer. Not those of /proc/self: they are
// empty once the main thread has ended by itself.
class MapsReader {
 public:
  MapsReader() : fd_(open_to_read("/proc/thread-self/maps", 0)) {}
  ~MapsReader() {
    if (fd_ >= 0) call(SYS_close, fd_);
  }
  MapsReader(const MapsReader&) = delete;
  MapsReader& operator=(const MapsReader&) = delete;

  // nullptr at the end. The line lives until the next call.
  const char* next_line() {
    memmove(buffer_, buffer_ + taken_, used_ - taken_);
    used_ -= taken_;
    taken_ = 0;
    for (;;) {
      if (void* end = memchr(buffer_, '\n', used_)) {
        *static_cast<char*>(end) = '\0';
        taken_ = static_cast<std::size_t>(static_cast<char*>(end) - buffer_) + 1;
        return buffer_;
      }
      const long got = fd_ < 0 ? 0
                               : call(SYS_read, fd_, reinterpret_cast<long>(buffer_ + used_),
                                      static_cast<long>(sizeof buffer_ - used_));
      if (got <= 0) return nullptr;
      used_ += static_cast<std::size_t>(got);
    }
  }

 private:
  const long fd_;
  std::size_t used_ = 0;
  std::size_t taken_ = 0;
  char buffer_[8192];  // longer than any line: a path has at most 4096 bytes
};

std::uintptr_t parse_hex(const char*& text) {
  std::uintptr_t value = 0;
  for (;; ++text) {
    const char c = *text;
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<std::uintptr_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<std::uintptr_t>(c - 'a' + 10);
    } else {
      return value;
    }
  }
}

std::uint64_t parse_decimal(const char* text) {
  std::uint64_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    value = value * 10 + static_cast<std::uint64_t>(*text - '0');
  }
  return value;
}

// The line of the mapping that `address` lies in, from its access rights on; nullptr if there is none.
const char* mapping_of(std::uintptr_t address, MapsReader& maps, std::uintptr_t& begin) {
  while (const char* line = maps.next_line()) {  // "begin-end rwxp offset major:minor inode path"
    begin = parse_hex(line);
    const std::uintptr_t end = parse_hex(++line);
    if (address >= begin && address < end) return strnlen(line, 5) == 5 ? line + 1 : nullptr;
  }
  return nullptr;
}

std::uint64_t digest_of_boot() {
  static constinit std::atomic<std::uint64_t> known{0};
  std::uint64_t digest = known.load(std::memory_order_relaxed);
  if (digest != 0) return digest;
  char text[64];
  read_file("/proc/sys/kernel/random/boot_id", text, sizeof text);
  digest = 0xCBF29CE484222325;  // FNV-1a
  for (const char* at = text; *at != '\0'; ++at) {
    digest = (digest ^ static_cast<unsigned char>(*at)) * 0x100000001B3;
  }
  known.store(digest, std::memory_order_relaxed);
  return digest;
}

}  // namespace

bool is_private_memory(std::uintptr_t address) {
  MapsReader maps;
  std::uintptr_t begin = 0;
  const char* rights = mapping_of(address, maps, begin);
  return rights != nullptr && rights[3] == 'p';
}

FilePlace shared_place(std::uintptr_t address) {
  MapsReader maps;
  std::uintptr_t begin = 0;
  const char* at = mapping_of(address, maps, begin);
  if (at == nullptr || at[3] != 's') return {};
  at += 5;
  const std::uint64_t offset = parse_hex(at) + (address - begin);
  const std::uint64_t major = parse_hex(++at);
  const std::uint64_t minor = parse_hex(++at);
  return {digest_of_boot() ^ (major << 32 | minor), parse_decimal(++at), offset};
}

char task_state(int tid) {
  char path[64] = "/proc/self/task/";
  char* end = append_number(path + strlen(path), tid);
  memcpy(end, "/stat", 6);
  char text[512];
  if (read_file(path, text, sizeof text) <= 0) return 0;
  const char* close = strrchr(text, ')');  // the command name may hold anything
  return close != nullptr && close[1] == ' ' ? close[2] : '\0';
}

// Source: fs/proc/base.c, proc_pid_syscall: the number, six arguments, stack pointer and program counter.
FutexSleep futex_sleep_of(int tid) {
  char path[64] = "/proc/thread-self/../";
  char* end = append_number(path + strlen(path), tid);
  memcpy(end, "/syscall", 9);
  char text[256];
  if (read_file(path, text, sizeof text) <= 0) return {};
  constexpr int kValues = 8;
  std::uintptr_t values[kValues] = {};
  const char* at = strchr(text, ' ');
  if (at == nullptr || parse_decimal(text) != SYS_futex) return {};
  for (std::uintptr_t& value : values) {
    if (strncmp(at, " 0x", 3) != 0) return {};
    at += 3;
    value = parse_hex(at);
  }
  return {values[0], values[6], values[7]};
}

bool for_each_task(TaskVisitor visit, void* context) {
  const long fd = open_to_read("/proc/self/task", O_DIRECTORY);
  if (fd < 0) return false;
  alignas(KernelDirectoryEntry) char buffer[4096];
  for (;;) {
    const long got = call(SYS_getdents64, fd, reinterpret_cast<long>(buffer), sizeof buffer);
    if (got <= 0) {
      call(SYS_close, fd);
      return got == 0;
    }
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const KernelDirectoryEntry*>(buffer + at);
      const int tid = parse_tid(entry->name);
      if (tid > 0) visit(context, tid, task_state(tid));
      at += entry->length;
    }
  }
}

}  // namespace lockweave::os
