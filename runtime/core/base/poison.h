// runtime/core/base/poison.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tells AddressSanitizer, where it is compiled in, which memory of the arena nobody may touch. Nothing
// otherwise.
// Source: LLVM, compiler-rt/include/sanitizer/asan_interface.h; not included, as it need not be installed.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKWEAVE_UNDER_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LOCKWEAVE_UNDER_ASAN
#endif

#if defined(LOCKWEAVE_UNDER_ASAN)
extern "C" void __asan_poison_memory_region(const volatile void* begin, std::size_t size);
extern "C" void __asan_unpoison_memory_region(const volatile void* begin, std::size_t size);
#endif

namespace lockweave::core {

inline void poison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t size) {
#if defined(LOCKWEAVE_UNDER_ASAN)
  __asan_poison_memory_region(begin, size);
#endif
}

inline void unpoison([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t size) {
#if defined(LOCKWEAVE_UNDER_ASAN)
  __asan_unpoison_memory_region(begin, size);
#endif
}

}  // namespace lockweave::core
