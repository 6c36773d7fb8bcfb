// runtime/frontends/memory.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory that goes away: the locks in it end, and its address may become another lock.
//
// | call                        | events                                                         |
// |-----------------------------|----------------------------------------------------------------|
// | free, munmap                | memory_end before the real call                                |
// | realloc, reallocarray,      | memory_gone for the old place when the block moved; what was   |
// | mremap                      | cut off by mremap: memory_end before                           |
//
// operator delete of libstdc++ arrives in free. Not seen: allocators that define operator delete or
// pools of their own, allocators that are preloaded before us, and what the loader and thread stacks
// unmap inside libc (core sees those ends by themselves).
// The names are called before the library's constructor and while dlsym looks the real ones up; a
// block freed in that moment is kept: nobody can tell yet whose it is.
// Cost of free: with glibc's heap the size in front of the block and one word of core's filter.
#include <stdarg.h>

#include "runtime/frontends/operation.h"
#include "runtime/frontends/real.h"

namespace lockweave::frontends {
namespace {

// Source: glibc malloc/malloc.c, struct malloc_chunk and musable: the chunk's size stands in front of
// the block; its three lowest bits are flags.
std::size_t usable_size(void* block) {
  if (!real_table.heap_is_glibcs) return real_table.malloc_usable_size(block);
  constexpr std::size_t kFlags = 7;
  constexpr std::size_t kMapped = 2;
  const std::size_t field = static_cast<const std::size_t*>(block)[-1];
  return (field & ~kFlags) - ((field & kMapped) != 0 ? 2 : 1) * sizeof(std::size_t);
}

__attribute__((noinline)) void end_block(void* block, std::size_t size, const void* pc) {
  Operation operation;
  if (operation) lw_memory_end(block, size, pc);
}

// Just before the block is freed.
inline void let_go(void* block, const void* pc) {
  if (block == nullptr || (!real_table.heap_is_glibcs && lw_memory_watched() == 0)) return;
  const std::size_t size = usable_size(block);
  if (lw_memory_may_matter(block, size) != 0) end_block(block, size, pc);
}

// A block that is about to be resized, and may move.
class Moving {
 public:
  Moving(void* block, std::size_t size) : block_(block), size_(size) {
    if (operation_) mark_ = lw_memory_mark();
  }
  void moved_to(const void* place) const {
    if (operation_ && place != nullptr && place != block_) lw_memory_gone(block_, size_, mark_);
  }

 private:
  Operation operation_;
  void* const block_;
  const std::size_t size_;
  std::uint64_t mark_ = 0;
};

template <class Resize>
void* resize_block(void* block, Resize resize) {
  if (block == nullptr || lw_memory_watched() == 0) return resize();
  const std::size_t size = usable_size(block);
  if (lw_memory_may_matter(block, size) == 0) return resize();
  const Moving moving(block, size);
  void* result = resize();
  moving.moved_to(result);
  return result;
}

bool page_aligned(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) % 4096 == 0;
}

}  // namespace
}  // namespace lockweave::frontends

using namespace lockweave::frontends;

extern "C" {

LW_EXPORT void free(void* block) noexcept {
  const auto real_free = real().free;
  if (real_free == nullptr) [[unlikely]]
    return;
  let_go(block, LW_CALLER);
  real_free(block);
}

LW_EXPORT void* realloc(void* block, std::size_t size) noexcept {
  const auto real_realloc = real().realloc;
  if (real_realloc == nullptr) [[unlikely]]
    return nullptr;
  if (size == 0) let_go(block, LW_CALLER);
  return resize_block(block, [=] { return real_realloc(block, size); });
}

LW_EXPORT void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  const auto real_reallocarray = real().reallocarray;
  if (real_reallocarray == nullptr) [[unlikely]]
    return nullptr;
  return resize_block(block, [=] { return real_reallocarray(block, count, size); });
}

LW_EXPORT int munmap(void* begin, std::size_t size) noexcept {
  if (size != 0 && page_aligned(begin) && lw_memory_watched() != 0) {
    Operation operation;
    if (operation) lw_memory_end(begin, size, LW_CALLER);
  }
  return real().munmap(begin, size);
}

LW_EXPORT void* mremap(void* old_place, std::size_t old_size, std::size_t new_size, int flags,
                       ...) noexcept {
  va_list more;
  va_start(more, flags);
  void* new_place = va_arg(more, void*);  // only meaningful with MREMAP_FIXED; harmless to read
  va_end(more);
  const auto resize = [=] {
    return real().mremap(old_place, old_size, new_size, flags, new_place);
  };
  if (lw_memory_watched() == 0) return resize();
  if (new_size < old_size) {
    Operation operation;
    if (operation) {
      lw_memory_end(static_cast<char*>(old_place) + new_size, old_size - new_size, LW_CALLER);
    }
  }
  const Moving moving(old_place, old_size);
  void* result = resize();
  moving.moved_to(result == MAP_FAILED ? nullptr : result);
  return result;
}

}  // extern "C"
