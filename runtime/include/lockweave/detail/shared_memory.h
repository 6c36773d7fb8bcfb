// lockweave/detail/shared_memory.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory that several processes share: with the children of this one, or under a name (shm_open).
// Private. Unmapped by the destructor; a name stays until it is removed.
// Room is reserved when it is made, so a full /dev/shm is an error here and no SIGBUS later.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include "lockweave/detail/operation.h"

namespace lockweave::detail {

[[noreturn]] inline void raise_memory_error(int error, const std::string& what) {
  raise(std::system_error(error, std::generic_category(), what));
}

class shared_memory {
 public:
  static shared_memory anonymous(std::size_t size) {
    return shared_memory(map(-1, size, MAP_SHARED | MAP_ANONYMOUS), size);
  }
  // Errors: EEXIST.
  static shared_memory create(const std::string& name, std::size_t size) {
    const file made(name, O_RDWR | O_CREAT | O_EXCL);
    const int error = made.number < 0 ? errno : ::posix_fallocate(made.number, 0, offset(size));
    if (error != 0) {
      if (made.number >= 0) ::shm_unlink(name.c_str());
      raise_memory_error(
          error, "cannot make shared memory '" + name + "' of " + std::to_string(size) + " bytes");
    }
    return shared_memory(map(made.number, size, MAP_SHARED), size);
  }
  // Empty when it has not got its size yet. Errors: ENOENT.
  static shared_memory open(const std::string& name) {
    const file there(name, O_RDWR);
    struct stat status {};
    if (there.number < 0 || ::fstat(there.number, &status) != 0) {
      raise_memory_error(errno, "cannot open shared memory '" + name + "'");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return shared_memory();
    return shared_memory(map(there.number, size, MAP_SHARED), size);
  }

  shared_memory() noexcept = default;
  shared_memory(shared_memory&& other) noexcept
      : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  shared_memory& operator=(shared_memory&& other) noexcept {
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~shared_memory() {
    if (begin_ != nullptr) ::munmap(begin_, size_);
  }

  void* begin() const noexcept { return begin_; }
  std::size_t size() const noexcept { return size_; }

 private:
  struct file {
    file(const std::string& name, int flags) noexcept
        : number(::shm_open(name.c_str(), flags, S_IRUSR | S_IWUSR)) {}
    ~file() {
      if (number >= 0) ::close(number);
    }
    file(const file&) = delete;
    file& operator=(const file&) = delete;
    const int number;
  };

  shared_memory(void* begin, std::size_t size) noexcept : begin_(begin), size_(size) {}

  static off_t offset(std::size_t size) noexcept { return static_cast<off_t>(size); }
  static void* map(int file, std::size_t size, int flags) {
    void* begin = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, file, 0);
    if (begin != MAP_FAILED) return begin;
    raise_memory_error(errno, "cannot map " + std::to_string(size) + " bytes of shared memory");
  }

  void* begin_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lockweave::detail
