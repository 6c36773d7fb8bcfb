// runtime/core/code/code_place.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/code/code_place.h"

#include <dlfcn.h>
#include <link.h>

namespace lockweave::core {
namespace {

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void say_place(Say& say, std::uintptr_t pc) {
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(pc), &found) != 0) {
    say.hex(pc);
    return;
  }
  const std::string_view name = base_name(found.dlfo_link_map->l_name);
  say << (name.empty() ? "program" : name) << "+";
  say.hex(pc - found.dlfo_link_map->l_addr);
}

}  // namespace

void say_places(Say& say, const std::uintptr_t* pcs, std::uint32_t count) {
  constexpr std::uint32_t kShown = 4;
  for (std::uint32_t i = 0; i < count && i < kShown; ++i) {
    if (i > 0) say << " < ";
    say_place(say, pcs[i]);
  }
}

}  // namespace lockweave::core
