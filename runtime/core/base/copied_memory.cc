// runtime/core/base/copied_memory.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/copied_memory.h"

#include <atomic>

#include "runtime/core/base/os.h"

namespace lockweave::core {
namespace {

constexpr int kWiped = 0;
constexpr int kOwn = 1;
constexpr int kNoticed = 2;
using Word = std::atomic<int>;

constinit Word never_wiped{kOwn};
constinit Word* word = &never_wiped;

void map_word() {
  constexpr long kPage = 4096;
  void* page = os::map_memory(kPage);
  if (page == nullptr) return;
  if (os::call(SYS_madvise, reinterpret_cast<long>(page), kPage, MADV_WIPEONFORK) != 0) {
    os::call(SYS_munmap, reinterpret_cast<long>(page), kPage);
    return;
  }
  word = static_cast<Word*>(page);
}

}  // namespace

void own_memory() {
  if (word == &never_wiped) map_word();
  word->store(kOwn, std::memory_order_relaxed);
}

bool is_copied_memory() { return word->load(std::memory_order_relaxed) != kOwn; }

bool first_in_copy() {
  int wiped = kWiped;
  return word->compare_exchange_strong(wiped, kNoticed, std::memory_order_relaxed);
}

}  // namespace lockweave::core
