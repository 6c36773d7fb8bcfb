// runtime/core/state/names.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/names.h"

#include <string.h>

#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"

namespace lockweave::core {
namespace {

struct Name {
  Name* next;
  char text[1];
};

constexpr std::size_t kBuckets = 1 << 10;

struct Names {
  RawLock lock;
  Name* buckets[kBuckets] = {};
  std::uint32_t count = 0;
};
constinit Names names;

std::size_t bucket_of(const char* text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (; *text != '\0'; ++text)
    hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100000001B3ULL;
  return (hash ^ (hash >> 32)) % kBuckets;
}

Name* make_name(const char* text, Name* next) {
  const std::size_t size = strlen(text);
  void* memory = arena.allocate(sizeof(Name) + size, alignof(Name));
  if (memory == nullptr) return nullptr;
  auto* name = new (memory) Name{next, {}};
  memcpy(name->text, text, size + 1);
  return name;
}

}  // namespace

const char* keep_name(const char* name) {
  RawGuard guard(names.lock);
  Name*& first = names.buckets[bucket_of(name)];
  for (const Name* at = first; at != nullptr; at = at->next) {
    if (strcmp(at->text, name) == 0) return at->text;
  }
  Name* made = names.count < kNamesMax ? make_name(name, first) : nullptr;
  if (made == nullptr) {
    count_lost(Loss::names);
    return nullptr;
  }
  ++names.count;
  first = made;
  return made->text;
}

void for_each_name_lock(LockVisitor visit) { visit(names.lock); }

}  // namespace lockweave::core
