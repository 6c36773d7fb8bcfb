// runtime/core/code/modules.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which binary an address lies in: through glibc's _dl_find_object (2.35), which takes no lock and may
// be called in signal handlers.
//
// A module that has been seen stays known for ever, with all that a record says of it, copied when it
// was first seen: after a dlclose another may lie where it lay. What is loaded at an address is asked
// anew each time, and is a known module only if range, name and build id are the same.
//
// Invariants: published modules never change but for `written` and `checked_in`, and never move.
// Thread-safety: any thread. One raw lock, only for a module that is new, and for the marks of a dlclose.
// Limit: kMax different modules, and memory; what lies in others is in no module, and is counted.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/core/base/fork_epoch.h"
#include "runtime/core/base/raw_lock.h"

namespace lockweave::core {

struct LoadedModule {
  static constexpr std::uint32_t kBuildIdMax = 128;  // hex digits
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::uintptr_t load_bias = 0;
  const char* name = nullptr;  // as the loader knew it; "" for the program itself
  const char* path = nullptr;  // absolute, where `name` is a path
  char build_id[kBuildIdMax] = {};
  std::uint32_t build_id_size = 0;
  std::uint32_t id = 0;  // 1, 2, ... in order of first look-up
  ProcessMark written;   // guarded by the record writer
  LoadedModule* next = nullptr;
  std::atomic<std::uint32_t> checked_in{0};  // the unload epoch in which the build id was compared
};

// Static storage, or code. Any thread.
bool lies_in_module(std::uintptr_t address);

// The module that `address` lies in now; nullptr: in none.
LoadedModule* module_at(std::uintptr_t address);
// Its id, or 0.
std::uint32_t module_id_at(std::uintptr_t address);
LoadedModule* module_by_id(std::uint32_t id);  // nullptr for 0

// Around each dlclose.
void unloading_begins();
void unloading_ends();
// Changes with each dlclose; 0 while one is going on. Equal and not 0: nothing was unloaded between.
std::uint32_t unload_epoch();

void for_each_module_lock(LockVisitor visit);
void reset_modules_after_fork();  // who was unloading is not there

}  // namespace lockweave::core
