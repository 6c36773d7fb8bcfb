// runtime/core/code/modules.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which binary an address lies in: through glibc's _dl_find_object (2.35), which takes no lock and
// may be called in signal handlers. Ranges are cached until `forget`.
// Thread-safety: the caller serialises.
#pragma once

#include <cstdint>

namespace lockweave::core {

struct LoadedModule {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::uintptr_t load_bias = 0;
  const char* name = nullptr;  // as the loader knows it; "" for the program itself
  std::uint32_t id = 0;        // 1, 2, ... in order of first look-up
  bool written = false;        // the record writer's
};

// Static storage, or code. Any thread.
bool lies_in_module(std::uintptr_t address);

class Modules {
 public:
  static constexpr std::uint32_t kMax = 1024;  // beyond: addresses stay unplaced
  constexpr Modules() = default;

  // nullptr when the address lies in no module.
  LoadedModule* find(std::uintptr_t address);
  void forget_ranges();  // after dlclose; ids stay used up
  void reset();          // ids start again

 private:
  LoadedModule entries_[kMax] = {};
  std::uint32_t count_ = 0;
};

// Lower-case hex of the build id in the mapped ELF image at `begin`; empty if it has none.
// Returns the length written to `out`.
std::uint32_t build_id_of(std::uintptr_t begin, std::uintptr_t end, char* out, std::uint32_t size);

}  // namespace lockweave::core
