// runtime/frontends/child_program.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/frontends/child_program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace lockweave::frontends {
namespace {

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool is_open() const { return descriptor_ >= 0; }
  bool read(void* out, std::size_t size, std::uint64_t offset) const {
    return pread(descriptor_, out, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
  }
  bool status(struct stat& out) const { return fstat(descriptor_, &out) == 0; }
  // As much as there is, closed with a null.
  void read_text(char* out, std::size_t size, std::uint64_t offset) const {
    const ssize_t got = pread(descriptor_, out, size - 1, static_cast<off_t>(offset));
    out[got > 0 ? got : 0] = '\0';
  }

 private:
  const int descriptor_;
};

int open_at(int folder, const char* path) { return openat(folder, path, O_RDONLY | O_CLOEXEC); }

int open_along_path(const char* name) {
  const char* list = getenv("PATH");
  if (list == nullptr) list = "/bin:/usr/bin";
  const std::size_t name_length = strlen(name);
  for (;;) {
    const std::size_t length = strcspn(list, ":");
    char path[PATH_MAX];
    if (length + name_length + 2 <= sizeof path) {
      memcpy(path, list, length);
      path[length] = '/';
      memcpy(path + length + 1, name, name_length + 1);
      if (access(length == 0 ? name : path, X_OK) == 0) {
        return open_at(AT_FDCWD, length == 0 ? name : path);
      }
    }
    if (list[length] == '\0') return -1;
    list += length + 1;
  }
}

// The file of a descriptor, which may be one that cannot be read through (O_PATH).
int open_again(int descriptor) {
  if (descriptor < 0) return -1;
  char path[32] = "/proc/self/fd/";
  *std::to_chars(path + strlen(path), path + sizeof path - 1, descriptor).ptr = '\0';
  return open_at(AT_FDCWD, path);
}

int open_program(const ChildProgram& program) {
  if (program.path == nullptr) return -1;
  if (program.path[0] == '\0') return open_again(program.folder);
  if (program.search && strchr(program.path, '/') == nullptr) return open_along_path(program.path);
  return open_at(program.folder, program.path);
}

class Segments {
 public:
  bool read(const File& file) {
    ElfW(Ehdr) header;
    if (!file.read(&header, sizeof header, 0)) return false;
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof at_[0]) {
      return false;
    }
    count_ = header.e_phnum < kMax ? header.e_phnum : kMax;
    return file.read(at_, count_ * sizeof at_[0], header.e_phoff);
  }
  const ElfW(Phdr) * first(ElfW(Word) type) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (at_[i].p_type == type) return &at_[i];
    }
    return nullptr;
  }
  std::uint64_t offset_of(ElfW(Addr) address) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const ElfW(Phdr)& segment = at_[i];
      if (segment.p_type == PT_LOAD && address - segment.p_vaddr < segment.p_filesz) {
        return address - segment.p_vaddr + segment.p_offset;
      }
    }
    return 0;
  }

 private:
  static constexpr std::size_t kMax = 32;
  ElfW(Phdr) at_[kMax];
  std::size_t count_ = 0;
};

// Calls `visit(name)` for the program's needed libraries.
template <class Visit>
void for_each_needed(const File& file, Visit visit) {
  Segments segments;
  if (!segments.read(file)) return;
  const ElfW(Phdr)* dynamic = segments.first(PT_DYNAMIC);
  if (dynamic == nullptr) return;
  constexpr std::size_t kMax = 128;
  ElfW(Dyn) entries[kMax];
  std::size_t count = dynamic->p_filesz / sizeof entries[0];
  if (count > kMax) count = kMax;
  if (!file.read(entries, count * sizeof entries[0], dynamic->p_offset)) return;
  std::uint64_t strings = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (entries[i].d_tag == DT_STRTAB) strings = segments.offset_of(entries[i].d_un.d_ptr);
  }
  if (strings == 0) return;
  for (std::size_t i = 0; i < count && entries[i].d_tag != DT_NULL; ++i) {
    if (entries[i].d_tag != DT_NEEDED) continue;
    char name[sizeof LoadedFirst::library];
    file.read_text(name, sizeof name, strings + entries[i].d_un.d_val);
    visit(name);
  }
}

// Set-user-id and set-group-id: the loader then ignores LD_PRELOAD.
bool raises_rights(const File& file) {
  struct stat status;
  if (!file.status(status)) return false;
  return ((status.st_mode & S_ISUID) != 0 && status.st_uid != getuid()) ||
         ((status.st_mode & S_ISGID) != 0 && status.st_gid != getgid());
}

// What is no ELF file is a script: its interpreter is another matter.
bool has_no_loader(const File& file) {
  unsigned char begin[EI_NIDENT];
  if (!file.read(begin, sizeof begin, 0) || memcmp(begin, ELFMAG, SELFMAG) != 0) return false;
  Segments segments;
  return begin[EI_CLASS] != ELFCLASS64 || !segments.read(file) ||
         segments.first(PT_INTERP) == nullptr;
}

bool begins(const char* text, const char* with) { return strncmp(text, with, strlen(with)) == 0; }

}  // namespace

LoadedFirst needs_of(const ChildProgram& program) {
  const int kept_errno = errno;
  LoadedFirst first;
  {
    const File file(open_program(program));
    if (file.is_open()) {
      first.ignores_us = has_no_loader(file) || raises_rights(file);
      for_each_needed(file, [&](const char* name) {
        if (begins(name, "libtsan.so")) first.refuses_us = true;
        if (begins(name, "libasan.so")) strcpy(first.library, name);
      });
    }
  }
  errno = kept_errno;
  return first;
}

}  // namespace lockweave::frontends
