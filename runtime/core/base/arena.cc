// runtime/core/base/arena.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/arena.h"

#include <string.h>

#include "runtime/core/base/poison.h"

extern "C" __attribute__((weak)) int lw_test_refuses_memory(std::size_t bytes);

namespace lockweave::core {

constinit Arena arena;

void* Arena::allocate(std::size_t bytes, std::size_t alignment) {
  (void)alignment;  // classes are multiples of 64, chunks and mappings of a page
  if (lw_test_refuses_memory != nullptr && lw_test_refuses_memory(bytes) != 0) return nullptr;
  if (bytes > kSmallMax) {
    void* memory = os::map_memory(bytes);
    if (memory != nullptr) mapped_ += bytes;
    return memory;
  }
  const std::size_t size_class = class_of(bytes);
  const std::size_t size = size_class * kClassStep;
  RawGuard guard(lock_);
  if (Free* piece = free_[size_class]; piece != nullptr) {
    unpoison(piece, size);
    free_[size_class] = piece->next;
    memset(static_cast<void*>(piece), 0, size);
    poison(reinterpret_cast<char*>(piece) + bytes, size - bytes);
    return piece;
  }
  if (left_ < size && !map_chunk()) return nullptr;
  char* memory = chunk_;
  chunk_ += size;
  left_ -= size;
  poison(memory + bytes, size - bytes);
  return memory;
}

// What is left of the chunk before is given up; without memory it still serves smaller pieces.
bool Arena::map_chunk() {
  void* memory = os::map_memory(kChunk);
  if (memory == nullptr) return false;
  chunk_ = static_cast<char*>(memory);
  left_ = kChunk;
  mapped_ += kChunk;
  return true;
}

void Arena::deallocate(void* memory, std::size_t bytes) {
  if (memory == nullptr) return;
  if (bytes > kSmallMax) {
    os::call(SYS_munmap, reinterpret_cast<long>(memory), static_cast<long>(bytes));
    mapped_ -= bytes;
    return;
  }
  const std::size_t size_class = class_of(bytes);
  RawGuard guard(lock_);
  auto* piece = static_cast<Free*>(memory);
  unpoison(piece, sizeof *piece);
  piece->next = free_[size_class];
  free_[size_class] = piece;
  poison(piece, size_class * kClassStep);
}

const char* keep_text(const char* text) {
  const std::size_t size = strlen(text) + 1;
  auto* copy = arena.make_array<char>(size);
  if (copy != nullptr) memcpy(copy, text, size);
  return copy;
}

}  // namespace lockweave::core
