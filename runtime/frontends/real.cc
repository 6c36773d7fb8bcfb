// runtime/frontends/real.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/frontends/real.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <unistd.h>

namespace lockweave::frontends {

constinit Real real_table{};

namespace {

void* next_definition(const char* name, const char* version) {
  void* found = version == nullptr ? nullptr : dlvsym(RTLD_NEXT, name, version);
  return found != nullptr ? found : dlsym(RTLD_NEXT, name);
}

bool is_in_libc(const void* function) {
  dl_find_object ours;
  dl_find_object libc;
  return _dl_find_object(const_cast<void*>(function), &ours) == 0 &&
         _dl_find_object(reinterpret_cast<void*>(&gnu_get_libc_version), &libc) == 0 &&
         ours.dlfo_link_map == libc.dlfo_link_map;
}

}  // namespace

void resolve_real_functions() {
  static constinit bool resolving = false;  // dlsym may call free: then the table is half full
  if (resolving) return;
  resolving = true;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#define LW_RESOLVE_REAL(name, version) \
  real_table.name = reinterpret_cast<decltype(real_table.name)>(next_definition(#name, version));
  LW_REAL_FUNCTIONS(LW_RESOLVE_REAL)
#undef LW_RESOLVE_REAL
#pragma GCC diagnostic pop
  real_table.heap_is_glibcs = is_in_libc(reinterpret_cast<const void*>(real_table.free));
  real_table.mutexes_are_glibcs =
      is_in_libc(reinterpret_cast<const void*>(real_table.pthread_mutex_lock)) &&
      is_in_libc(reinterpret_cast<const void*>(real_table.pthread_mutex_unlock));
  real_table.ready = true;
  resolving = false;
}

}  // namespace lockweave::frontends
