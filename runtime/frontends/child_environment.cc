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
  constexpr std::size_t kAdded = 4;  // preload, run, options, the closing null
  bytes_ = (entries_ + kAdded) * sizeof(char*) + kPreloadLength +
           (preload_ == nullptr ? 0 : strlen(preload_)) + strlen(settings_.preload) + 2;
}

char** ChildEnvironment::build(void* memory) const {
  char** const table = static_cast<char**>(memory);
  char** next = table;
  const bool adds_preload = !has_preload_ && settings_.preload[0] != '\0';
  for (std::size_t i = 0; i < entries_; ++i) {
    if (is(environment_[i], kRun) || (adds_preload && is(environment_[i], kPreload))) continue;
    *next++ = environment_[i];
  }
  if (adds_preload) {
    char* text = reinterpret_cast<char*>(table + entries_ + 4);
    *next++ = text;
    text = put(text, kPreload);
    if (preload_ != nullptr && preload_[0] != '\0') text = put(put(text, preload_), ":");
    *put(text, settings_.preload) = '\0';
  }
  *next++ = const_cast<char*>(settings_.run);
  if (!has_options_ && settings_.options != nullptr) *next++ = const_cast<char*>(settings_.options);
  *next = nullptr;
  return table;
}

}  // namespace lockweave::frontends
