// runtime/core/code/checked_memory.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads of a stack that never fault. What lies between a frame of the thread's own stack and that stack's
// end is mapped. Anywhere else (a fiber's stack in the heap, a handler's, an address that an unwind table
// or a register makes up) the kernel is asked before a page is read for the first time in a row.
//
// How: rt_sigprocmask with an operation that does not exist copies the set in and refuses. It changes
// nothing, cannot block, and no sandbox forbids it; where one does, nothing counts as readable.
// Cost: a system call for each page that is not of the thread's own stack.
// Limit: a page that another thread unmaps between the question and the read. What lies above a live
// frame of its own stack nobody unmaps.
#pragma once

#include <errno.h>

#include <cstdint>

#include "runtime/core/base/os.h"
#include "runtime/core/base/tls.h"

namespace lockweave::core {

class CheckedMemory {
 public:
  // `frame`: an address in the caller's frame.
  explicit CheckedMemory(std::uintptr_t frame) : page_(frame >> kPageBits) {
    if (frame < tls.stack_low || frame >= tls.stack_high) return;
    own_begin_ = frame;
    own_size_ = tls.stack_high - frame;
  }

  // The aligned word at `address`; false: it cannot be read.
  bool read(std::uintptr_t address, std::uintptr_t& word) {
    if (address % sizeof word != 0) return false;
    const std::uintptr_t page = address >> kPageBits;
    if (address - own_begin_ >= own_size_ && page != page_) {
      if (!is_readable(address)) return false;
      page_ = page;
    }
    word = *reinterpret_cast<const std::uintptr_t*>(address);
    return true;
  }

 private:
  static constexpr unsigned kPageBits = 12;

  static bool is_readable(std::uintptr_t address) {
    constexpr long kNoOperation = -1;
    return os::call(SYS_rt_sigprocmask, kNoOperation, static_cast<long>(address), 0,
                    sizeof(std::uint64_t)) == -EINVAL;
  }

  std::uintptr_t page_;
  std::uintptr_t own_begin_ = 0;
  std::uintptr_t own_size_ = 0;
};

}  // namespace lockweave::core
