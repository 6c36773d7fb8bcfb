// runtime/core/base/arena.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/arena.h"

#include <string.h>

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
  const std::size_t size_class = (bytes + kClassStep - 1) / kClassStep;
  const std::size_t size = size_class * kClassStep;
  RawGuard guard(lock_);
  if (Free* piece = free_[size_class]; piece != nullptr) {
    free_[size_class] = piece->next;
    memset(static_cast<void*>(piece), 0, size);
    return piece;
  }
  if (left_ < size) {
    chunk_ = static_cast<char*>(os::map_memory(kChunk));
    left_ = chunk_ == nullptr ? 0 : kChunk;
    mapped_ += left_;
    if (chunk_ == nullptr) return nullptr;
  }
  void* memory = chunk_;
  chunk_ += size;
  left_ -= size;
  return memory;
}

void Arena::deallocate(void* memory, std::size_t bytes) {
  if (memory == nullptr) return;
  if (bytes > kSmallMax) {
    os::call(SYS_munmap, reinterpret_cast<long>(memory), static_cast<long>(bytes));
    return;
  }
  const std::size_t size_class = (bytes + kClassStep - 1) / kClassStep;
  RawGuard guard(lock_);
  auto* piece = static_cast<Free*>(memory);
  piece->next = free_[size_class];
  free_[size_class] = piece;
}

const char* keep_text(const char* text) {
  const std::size_t size = strlen(text) + 1;
  auto* copy = arena.make_array<char>(size);
  if (copy != nullptr) memcpy(copy, text, size);
  return copy;
}

}  // namespace lockweave::core
