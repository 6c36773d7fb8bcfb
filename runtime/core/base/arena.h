// runtime/core/base/arena.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of the runtime: chunks straight from mmap, never given back, never malloc.
// Pieces up to 4 KiB come from size-class free lists over bump chunks and stay mapped for ever, so a
// reader that races with reuse reads stale values, never unmapped memory. Larger ones are mapped one
// by one and unmapped when freed: free them only when no other thread can read them.
// Under AddressSanitizer what is free, and what lies between a piece's end and the next one, is poisoned.
//
// Thread-safety: all functions from any thread. Cost: one raw lock.
// Tests may define lw_test_refuses_memory: memory that it says "1" for is refused as the kernel would.
// Limit: when the kernel refuses memory `allocate` returns nullptr; callers give the event up and
// count it (`lost`), the program goes on.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "model/lock_order_graph.h"
#include "runtime/core/base/raw_lock.h"

namespace lockweave::core {

class Arena final : public model::Resource {
 public:
  constexpr Arena() = default;

  void* allocate(std::size_t bytes, std::size_t alignment) override;
  void deallocate(void* memory, std::size_t bytes) override;

  template <class T, class... Args>
  T* make(Args&&... args) {
    void* memory = allocate(sizeof(T), alignof(T));
    return memory == nullptr ? nullptr : new (memory) T{std::forward<Args>(args)...};
  }
  template <class T>
  T* make_array(std::size_t count) {  // zeroed
    return static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
  }

  std::size_t bytes_mapped() const { return mapped_.load(std::memory_order_relaxed); }
  void for_each_lock(LockVisitor visit) { visit(lock_); }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t kClassStep = 64;
  static constexpr std::size_t kSmallMax = 4096;
  static constexpr std::size_t kChunk = std::size_t{256} << 10;

  // No bytes at all are a piece, too: it can be given back like any other.
  static std::size_t class_of(std::size_t bytes) {
    return bytes == 0 ? 1 : (bytes + kClassStep - 1) / kClassStep;
  }
  bool map_chunk();

  RawLock lock_;
  Free* free_[kSmallMax / kClassStep + 1] = {};
  char* chunk_ = nullptr;
  std::size_t left_ = 0;
  std::atomic<std::size_t> mapped_{0};
};

extern constinit Arena arena;

const char* keep_text(const char* text);  // a copy that lives for ever; nullptr without memory

}  // namespace lockweave::core
