// runtime/frontends/child_environment.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/frontends/child_environment.h"

#include <string.h>

namespace lockweave::frontends {
namespace {

constexpr char kPreload[] = "LD_PRELOAD=";
constexpr char kRun[] = "LOCKWEAVE_RUN=";
constexpr char kOptions[] = "LOCKWEAVE_OPTIONS=";
constexpr std::size_t kPreloadLength = sizeof kPreload - 1;
constexpr std::size_t kAdded = 4;  // preload, run, options, the closing null

template <std::size_t N>
bool is(const char* entry, const char (&name)[N]) {
  return strncmp(entry, name, N - 1) == 0;
}

char* put(char* out, const char* text) {
  const std::size_t length = strlen(text);
  memcpy(out, text, length);
  return out + length;
}

}  // namespace

ChildEnvironment::ChildEnvironment(char* const* environment, const lw_child_settings* settings)
    : environment_(environment), settings_(*settings) {
  for (char* const* at = environment; at != nullptr && *at != nullptr; ++at) {
    ++entries_;
    if (is(*at, kOptions)) has_options_ = true;
    if (preload_ == nullptr && is(*at, kPreload)) preload_ = *at + kPreloadLength;
  }
  has_preload_ = preload_ != nullptr && strstr(preload_, settings_.preload) != nullptr;
  bytes_ = (entries_ + kAdded) * sizeof(char*) + kPreloadLength +
           (preload_ == nullptr ? 0 : strlen(preload_)) + strlen(settings_.preload) + 2;
}

char** ChildEnvironment::build(void* memory) const {
  char** const table = static_cast<char**>(memory);
  char** next = table;
  char* preload = nullptr;
  if (!has_preload_ && settings_.preload[0] != '\0') {
    preload = reinterpret_cast<char*>(table + entries_ + kAdded);
    char* text = put(preload, kPreload);
    if (preload_ != nullptr && preload_[0] != '\0') text = put(put(text, preload_), ":");
    *put(text, settings_.preload) = '\0';
  }
  for (std::size_t i = 0; i < entries_; ++i) {
    char* entry = environment_[i];
    if (is(entry, kRun)) continue;
    if (preload != nullptr && is(entry, kPreload)) {
      entry = preload;
      preload = nullptr;
    }
    *next++ = entry;
  }
  if (preload != nullptr) *next++ = preload;
  *next++ = const_cast<char*>(settings_.run);
  if (!has_options_ && settings_.options != nullptr) *next++ = const_cast<char*>(settings_.options);
  *next = nullptr;
  return table;
}

}  // namespace lockweave::frontends
