// runtime/core/code/modules.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/modules.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/code/build_id.h"

namespace lockweave::core {
namespace {

constexpr std::uint32_t kBuckets = 1 << 8;
constexpr std::uint32_t kPages = 1 << 8;
constexpr std::uint32_t kPageEntries = 1 << 8;
constexpr std::uintptr_t kPageSize = 4096;

struct ModuleTable {
  RawLock lock;
  std::atomic<LoadedModule*> buckets[kBuckets] = {};
  std::atomic<LoadedModule**> pages[kPages] = {};  // id -> module
  std::atomic<std::uint32_t> count{0};
};
constinit ModuleTable table;

constinit std::atomic<std::uint32_t> unloads_begun{0};
constinit std::atomic<std::uint32_t> unloads_ended{0};

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};

bool is_program(const link_map& map) { return map.l_prev == nullptr && map.l_name[0] == '\0'; }

// From its first segment to its last: where they lie apart the loader tells of one at a time.
Range range_of_program(std::uintptr_t bias) {
  const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
  const std::uintptr_t count = segments == nullptr ? 0 : getauxval(AT_PHNUM);
  Range range{UINTPTR_MAX, 0};
  for (std::uintptr_t i = 0; i < count; ++i) {
    if (segments[i].p_type != PT_LOAD) continue;
    const std::uintptr_t begin = bias + segments[i].p_vaddr;
    const std::uintptr_t end = begin + segments[i].p_memsz;
    if (begin < range.begin) range.begin = begin & ~(kPageSize - 1);
    if (end > range.end) range.end = end;
  }
  return range;
}

Range range_of(const dl_find_object& found) {
  const Range told{reinterpret_cast<std::uintptr_t>(found.dlfo_map_start),
                   reinterpret_cast<std::uintptr_t>(found.dlfo_map_end)};
  if (!is_program(*found.dlfo_link_map)) return told;
  static constinit std::atomic<std::uintptr_t> known_begin{0};
  static constinit std::atomic<std::uintptr_t> known_end{0};  // stored last; 0: not looked yet
  if (const std::uintptr_t end = known_end.load(std::memory_order_acquire))
    return {known_begin.load(std::memory_order_relaxed), end};
  const Range whole = range_of_program(found.dlfo_link_map->l_addr);
  if (told.begin < whole.begin || told.end > whole.end) return told;
  known_begin.store(whole.begin, std::memory_order_relaxed);
  known_end.store(whole.end, std::memory_order_release);
  return whole;
}

// A library may have been built anew between unloading and loading: same file, same place.
bool has_same_build(LoadedModule& module) {
  const std::uint32_t epoch = unload_epoch();
  if (epoch != 0 && module.checked_in.load(std::memory_order_relaxed) == epoch) return true;
  char build_id[LoadedModule::kBuildIdMax];
  const std::uint32_t size = build_id_of(module.begin, module.end, build_id, sizeof build_id);
  if (size != module.build_id_size || memcmp(build_id, module.build_id, size) != 0) return false;
  module.checked_in.store(epoch, std::memory_order_relaxed);
  return true;
}

bool is_same(LoadedModule& module, const dl_find_object& found) {
  const Range range = range_of(found);
  return module.begin == range.begin && module.end == range.end &&
         module.load_bias == found.dlfo_link_map->l_addr &&
         strcmp(module.name, found.dlfo_link_map->l_name) == 0 && has_same_build(module);
}

LoadedModule* find_in(LoadedModule* module, const dl_find_object& found) {
  while (module != nullptr && !is_same(*module, found)) module = module->next;
  return module;
}

// The loader keeps a relative name as it was given.
const char* absolute(const char* name) {
  static constinit char path[4096];  // the table's lock is held
  if (name[0] == '/' || strchr(name, '/') == nullptr) return name;
  const long length = os::call(SYS_getcwd, reinterpret_cast<long>(path), sizeof path);
  const std::size_t used = length > 0 ? static_cast<std::size_t>(length) - 1 : 0;
  const std::size_t size = strlen(name);
  if (used == 0 || used + size + 2 > sizeof path) return name;
  path[used] = '/';
  memcpy(path + used + 1, name, size + 1);
  return path;
}

bool describe(LoadedModule& module, const dl_find_object& found) {
  const char* name = found.dlfo_link_map->l_name;
  const Range range = range_of(found);
  module.begin = range.begin;
  module.end = range.end;
  module.load_bias = found.dlfo_link_map->l_addr;
  module.name = keep_text(name);
  module.path = keep_text(absolute(name));
  module.build_id_size =
      build_id_of(module.begin, module.end, module.build_id, sizeof module.build_id);
  module.checked_in.store(unload_epoch(), std::memory_order_relaxed);
  return module.name != nullptr && module.path != nullptr;
}

bool is_full() {
  return (table.count.load(std::memory_order_relaxed) + 1) / kPageEntries >= kPages;
}

bool give_id(LoadedModule& module) {
  const std::uint32_t id = table.count.load(std::memory_order_relaxed) + 1;
  std::atomic<LoadedModule**>& page = table.pages[id / kPageEntries];
  LoadedModule** entries = page.load(std::memory_order_relaxed);
  if (entries == nullptr) {
    entries = arena.make_array<LoadedModule*>(kPageEntries);
    if (entries == nullptr) return false;
    page.store(entries, std::memory_order_release);
  }
  module.id = id;
  entries[id % kPageEntries] = &module;
  table.count.store(id, std::memory_order_release);
  return true;
}

LoadedModule* add(std::atomic<LoadedModule*>& bucket, const dl_find_object& found) {
  RawGuard guard(table.lock);
  LoadedModule* head = bucket.load(std::memory_order_relaxed);
  if (LoadedModule* known = find_in(head, found)) return known;
  LoadedModule* module = is_full() ? nullptr : arena.make<LoadedModule>();
  if (module == nullptr || !describe(*module, found) || !give_id(*module)) {
    count_lost(Loss::modules);
    return nullptr;
  }
  module->next = head;
  bucket.store(module, std::memory_order_release);
  return module;
}

}  // namespace

bool lies_in_module(std::uintptr_t address) {
  dl_find_object found;
  return _dl_find_object(reinterpret_cast<void*>(address), &found) == 0;
}

LoadedModule* module_at(std::uintptr_t address) {
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return nullptr;
  auto& bucket = table.buckets[(range_of(found).begin >> 12) % kBuckets];
  if (LoadedModule* known = find_in(bucket.load(std::memory_order_acquire), found)) return known;
  return add(bucket, found);
}

std::uint32_t module_id_at(std::uintptr_t address) {
  const LoadedModule* module = module_at(address);
  return module == nullptr ? 0 : module->id;
}

LoadedModule* module_by_id(std::uint32_t id) {
  if (id == 0 || id > table.count.load(std::memory_order_acquire)) return nullptr;
  return table.pages[id / kPageEntries].load(std::memory_order_acquire)[id % kPageEntries];
}

void unloading_begins() { unloads_begun.fetch_add(1, std::memory_order_seq_cst); }
void unloading_ends() { unloads_ended.fetch_add(1, std::memory_order_seq_cst); }

std::uint32_t unload_epoch() {
  const std::uint32_t ended = unloads_ended.load(std::memory_order_seq_cst);
  return unloads_begun.load(std::memory_order_seq_cst) == ended ? ended + 1 : 0;
}

void for_each_module_lock(LockVisitor visit) { visit(table.lock); }

void reset_modules_after_fork() {
  unloads_ended.store(unloads_begun.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

}  // namespace lockweave::core
