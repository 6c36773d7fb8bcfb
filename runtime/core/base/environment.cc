// runtime/core/base/environment.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/environment.h"

#include <string.h>

#include <string_view>

#include "lockweave/hooks.h"
#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace lockweave::core {
namespace {

constexpr std::string_view kRun = "LOCKWEAVE_RUN=";
constexpr std::string_view kOptions = "LOCKWEAVE_OPTIONS=";
constexpr std::string_view kPreload = "LD_PRELOAD=";

constinit lw_child_settings settings{};
constinit bool have_settings = false;

char* copy_of(std::string_view text) {
  auto* copy = arena.make_array<char>(text.size() + 1);  // zeroed
  if (copy != nullptr) memcpy(copy, text.data(), text.size());
  return copy;
}

char** find_entry(char** environment, std::string_view prefix) {
  for (char** at = environment; at != nullptr && *at != nullptr; ++at) {
    if (strncmp(*at, prefix.data(), prefix.size()) == 0) return at;
  }
  return nullptr;
}

void remove_entry(char** at) {
  do {
    at[0] = at[1];
  } while (*at++ != nullptr);
}

// A child is never the root, and what must precede us differs from child to child: "root=1" becomes
// "root=0", and `preload` moves to the end, without its value; of that value our own library is kept.
void adapt_run(char* run, const char*& escaped) {
  constexpr std::string_view kKey = "preload=";
  std::string_view rest = std::string_view(run).substr(kRun.size());
  char* out = run + kRun.size();
  while (!rest.empty()) {
    const std::size_t length = rest.find(';') == rest.npos ? rest.size() : rest.find(';');
    const std::string_view pair = rest.substr(0, length);
    rest.remove_prefix(length < rest.size() ? length + 1 : length);
    if (pair.starts_with(kKey)) {
      escaped = copy_of(pair.substr(pair.find_last_of(":=") + 1));
      continue;
    }
    memmove(out, pair.data(), pair.size());
    if (pair == "root=1") out[pair.size() - 1] = '0';
    out += pair.size();
    *out++ = ';';
  }
  memcpy(out, kKey.data(), kKey.size());
  out[kKey.size()] = '\0';
}

std::string_view last_of(std::string_view list) { return list.substr(list.rfind(':') + 1); }

std::string_view without_separator(std::string_view list) {
  return list.starts_with(':') ? list.substr(1) : list;
}

// Takes our libraries off the end of the list; the variable goes with the last of them.
void clean_preload(char** environment, std::string_view added) {
  char** entry = find_entry(environment, kPreload);
  if (entry == nullptr || added.empty()) return;
  char* value = *entry + kPreload.size();
  if (!std::string_view(value).ends_with(added)) return;
  std::size_t kept = strlen(value) - added.size();
  if (kept > 0 && value[kept - 1] == ':') --kept;
  if (kept == 0) {
    remove_entry(entry);
  } else {
    value[kept] = '\0';
  }
}

}  // namespace

const char* find_variable(char** environment, const char* name) {
  const std::size_t length = strlen(name);
  for (char** at = environment; at != nullptr && *at != nullptr; ++at) {
    if (strncmp(*at, name, length) == 0 && (*at)[length] == '=') return *at + length + 1;
  }
  return nullptr;
}

void take_over_environment(char** environment, const char* preload) {
  char** run = find_entry(environment, kRun);
  if (run == nullptr) return;
  const std::string_view added = without_separator(preload);
  constexpr std::string_view kRoom = ";preload=";  // if it has none yet
  auto* run_copy = arena.make_array<char>(strlen(*run) + kRoom.size() + 1);
  settings.preload = copy_of(last_of(added));
  if (run_copy != nullptr) {
    strcpy(run_copy, *run);
    adapt_run(run_copy, settings.escaped);
  }
  settings.run = run_copy;
  if (char** options = find_entry(environment, kOptions)) settings.options = copy_of(*options);
  have_settings = run_copy != nullptr && settings.preload != nullptr && settings.escaped != nullptr;
  remove_entry(run);
  clean_preload(environment, added);
}

}  // namespace lockweave::core

extern "C" const lw_child_settings* lw_for_children(void) {
  using namespace lockweave::core;
  return have_settings ? &settings : nullptr;
}

extern "C" void lw_child_unwatched(void) {
  lockweave::core::count_lost(lockweave::core::Loss::children);
}
