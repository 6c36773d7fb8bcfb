// runtime/core/code/unwind_table.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/unwind_table.h"

#include <dlfcn.h>
#include <link.h>

namespace lockweave::core {
namespace {

constexpr std::uint8_t kOmitted = 0xFF;
constexpr std::uint8_t kSortedIndex = 0x3B;  // data-relative, four signed bytes
constexpr std::uint64_t kReturnAddress = 16;

struct Module {
  std::uintptr_t index;  // the sorted index; what it says is relative to its beginning
  std::uintptr_t end;    // of the mapping that the index lies in
};

bool module_of(std::uintptr_t pc, Module& module) {
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(pc), &found) != 0) return false;
  void* index = found.dlfo_eh_frame;
  // Of a program whose segments lie apart the loader gives the segment that the code lies in.
  const bool apart = index < found.dlfo_map_start || index >= found.dlfo_map_end;
  if (index == nullptr || (apart && _dl_find_object(index, &found) != 0)) return false;
  module = {reinterpret_cast<std::uintptr_t>(index),
            reinterpret_cast<std::uintptr_t>(found.dlfo_map_end)};
  return true;
}

// Where the entry lies of the last function that begins at `pc` or before; 0: there is none.
std::uintptr_t look_up(const Module& module, std::uintptr_t pc) {
  ByteReader reader(module.index, module.end);
  const auto version = reader.fixed<std::uint8_t>();
  const auto pointer_encoding = reader.fixed<std::uint8_t>();
  const auto count_encoding = reader.fixed<std::uint8_t>();
  const auto table_encoding = reader.fixed<std::uint8_t>();
  if (version != 1 || table_encoding != kSortedIndex || count_encoding == kOmitted) return 0;
  if (pointer_encoding != kOmitted) (void)reader.encoded(pointer_encoding, module.index);
  const std::uintptr_t count = reader.encoded(count_encoding, module.index);
  struct Row {
    std::int32_t begin;
    std::int32_t entry;
  };
  const auto* rows = reinterpret_cast<const Row*>(reader.position());
  reader.skip(count * sizeof(Row));
  if (reader.failed() || count == 0 || count > module.end / sizeof(Row)) return 0;
  const auto wanted = static_cast<std::intptr_t>(pc - module.index);
  if (rows[0].begin > wanted) return 0;
  std::uintptr_t low = 0;
  for (std::uintptr_t high = count; high - low > 1;) {
    const std::uintptr_t middle = low + (high - low) / 2;
    (rows[middle].begin <= wanted ? low : high) = middle;
  }
  return module.index + static_cast<std::uintptr_t>(std::intptr_t{rows[low].entry});
}

// The record (CIE or FDE) at `at`; 0 bytes where it is none that is known.
ByteReader record_at(std::uintptr_t at, std::uintptr_t end) {
  ByteReader reader(at, end);
  const auto length = reader.fixed<std::uint32_t>();
  constexpr std::uint32_t kLong = 0xFFFFFFFF;  // tables beyond 4 GiB
  const bool fits = !reader.failed() && length != kLong && length <= end - reader.position();
  return {reader.position(), fits ? reader.position() + length : reader.position()};
}

struct Augmentation {
  bool sized = false;  // its data has a length
  std::uint8_t pointers = 0;
};

bool read_augmentation(ByteReader& reader, const char* letters, UnwindEntry& entry,
                       Augmentation& augmentation) {
  if (*letters == '\0') return true;
  if (*letters++ != 'z') return false;
  augmentation.sized = true;
  const std::uint64_t size = reader.uleb();
  ByteReader data = reader;
  reader.skip(size);
  for (; *letters != '\0'; ++letters) {
    switch (*letters) {
      case 'R': augmentation.pointers = data.fixed<std::uint8_t>(); break;
      case 'L': data.skip(1); break;
      case 'P': (void)data.number(data.fixed<std::uint8_t>() & 0x0FU); break;
      case 'S': entry.signal_frame = true; break;
      case 'B': break;
      default: return false;
    }
  }
  return !data.failed();
}

bool read_common(std::uintptr_t at, std::uintptr_t end, UnwindEntry& entry,
                 Augmentation& augmentation) {
  ByteReader reader = record_at(at, end);
  if (reader.fixed<std::uint32_t>() != 0) return false;
  const auto version = reader.fixed<std::uint8_t>();
  if (version != 1 && version != 3) return false;
  const auto* letters = reinterpret_cast<const char*>(reader.position());
  while (reader.fixed<char>() != '\0') {
  }
  entry.code_unit = reader.uleb();
  entry.data_unit = reader.sleb();
  const std::uint64_t column = version == 1 ? reader.fixed<std::uint8_t>() : reader.uleb();
  if (reader.failed() || column != kReturnAddress) return false;
  if (!read_augmentation(reader, letters, entry, augmentation)) return false;
  entry.common = reader;
  return !reader.failed();
}

}  // namespace

bool find_unwind_entry(std::uintptr_t pc, UnwindEntry& entry) {
  Module module{};
  if (!module_of(pc, module)) return false;
  const std::uintptr_t at = look_up(module, pc);
  if (at == 0) return false;
  ByteReader reader = record_at(at, module.end);
  const std::uintptr_t field = reader.position();
  const auto distance = reader.fixed<std::uint32_t>();
  if (distance == 0) return false;
  entry = {};
  Augmentation augmentation;
  if (!read_common(field - distance, module.end, entry, augmentation)) return false;
  entry.begin = reader.encoded(augmentation.pointers, 0);
  entry.end = entry.begin + reader.number(augmentation.pointers & 0x0FU);
  if (augmentation.sized) reader.skip(reader.uleb());
  entry.own = reader;
  return !reader.failed() && pc >= entry.begin && pc < entry.end;
}

}  // namespace lockweave::core
