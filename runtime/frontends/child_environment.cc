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

ChildEnvironment::ChildEnvironment(char* const* environment, const lw_child_settings* settings,
                                   const LoadedFirst& first)
    : environment_(environment), settings_(*settings) {
  for (char* const* at = environment; at != nullptr && *at != nullptr; ++at) {
    ++entries_;
    if (is(*at, kOptions)) has_options_ = true;
    if (own_ == nullptr && is(*at, kPreload)) own_ = *at + kPreloadLength;
  }
  if (own_ == nullptr) own_ = "";
  adds_preload_ = settings_.preload[0] != '\0' && strstr(own_, settings_.preload) == nullptr;
  // Unless the program named it already.
  if (strstr(own_, first.library) == nullptr) first_ = first.library;
  bytes_ = (entries_ + kAdded) * sizeof(char*) + kPreloadLength + strlen(own_) + 1 +
           strlen(settings_.run) + 2 * strlen(first_) + 2 + strlen(settings_.preload) +
           strlen(settings_.escaped) + 2;
}

// "first:ours"
char* ChildEnvironment::put_added(char* out, const char* ours) const {
  if (first_[0] != '\0') out = put(put(out, first_), ":");
  out = put(out, ours);
  *out++ = '\0';
  return out;
}

char** ChildEnvironment::build(void* memory) const {
  char** const table = static_cast<char**>(memory);
  char* text = reinterpret_cast<char*>(table + entries_ + kAdded);
  char** next = table;
  char* preload = nullptr;
  if (adds_preload_) {
    preload = text;
    text = put(text, kPreload);
    if (own_[0] != '\0') text = put(put(text, own_), ":");
    text = put_added(text, settings_.preload);
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
  *next++ = text;
  put_added(put(text, settings_.run), adds_preload_ ? settings_.escaped : "");
  if (!has_options_ && settings_.options != nullptr) *next++ = const_cast<char*>(settings_.options);
  *next = nullptr;
  return table;
}

}  // namespace lockweave::frontends
