// runtime/core/environment.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/environment.h"

#include <string.h>

#include <string_view>

#include "lockweave/hooks.h"
#include "runtime/core/arena.h"

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

// A child is never the root: "root=1" becomes "root=0".
void demote(char* run) {
  for (char* at = run + kRun.size(); at != nullptr; at = strchr(at, ';')) {
    if (*at == ';') ++at;
    if (strncmp(at, "root=1", 6) == 0) at[5] = '0';
  }
}

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
  char* run_copy = copy_of(*run);
  settings.preload = copy_of(added);
  settings.run = run_copy;
  if (char** options = find_entry(environment, kOptions)) settings.options = copy_of(*options);
  have_settings = run_copy != nullptr && settings.preload != nullptr;
  if (have_settings) demote(run_copy);
  remove_entry(run);
  clean_preload(environment, added);
}

}  // namespace lockweave::core

extern "C" const lw_child_settings* lw_for_children(void) {
  using namespace lockweave::core;
  return have_settings ? &settings : nullptr;
}
