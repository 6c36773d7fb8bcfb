// runtime/core/code/build_id.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/build_id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

namespace lockweave::core {
namespace {

std::uint32_t write_hex(const unsigned char* bytes, std::uint32_t count, char* out,
                        std::uint32_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::uint32_t used = 0;
  for (std::uint32_t i = 0; i < count && used + 2 <= size; ++i) {
    out[used++] = kDigits[bytes[i] >> 4];
    out[used++] = kDigits[bytes[i] & 15];
  }
  return used;
}

std::uint32_t build_id_in_notes(const char* at, const char* end, char* out, std::uint32_t size) {
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    ElfW(Nhdr) note;
    memcpy(&note, at, sizeof note);
    const char* name = at + sizeof note;
    const char* description = name + ((note.n_namesz + 3) & ~3u);
    if (description + note.n_descsz > end) return 0;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
      return write_hex(reinterpret_cast<const unsigned char*>(description), note.n_descsz, out,
                       size);
    }
    at = description + ((note.n_descsz + 3) & ~3u);
  }
  return 0;
}

}  // namespace

std::uint32_t build_id_of(std::uintptr_t begin, std::uintptr_t end, char* out, std::uint32_t size) {
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(begin);
  if (begin + sizeof *header > end || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return 0;
  const std::uintptr_t table = begin + header->e_phoff;
  if (table + header->e_phnum * sizeof(ElfW(Phdr)) > end) return 0;
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(table);
  std::uintptr_t first = UINTPTR_MAX;  // lowest virtual address: where `begin` is mapped from
  for (int i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type == PT_LOAD && segments[i].p_vaddr < first) first = segments[i].p_vaddr;
  }
  const std::uintptr_t bias = begin - (first & ~std::uintptr_t{4095});
  for (int i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type != PT_NOTE) continue;
    const auto* at = reinterpret_cast<const char*>(bias + segments[i].p_vaddr);
    const char* stop = at + segments[i].p_memsz;
    if (reinterpret_cast<std::uintptr_t>(stop) > end) continue;
    if (const std::uint32_t used = build_id_in_notes(at, stop, out, size)) return used;
  }
  return 0;
}

}  // namespace lockweave::core
