// runtime/core/base/fork_epoch.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many forks lie between the first process and this one. What a table notes for its own process
// only carries the epoch in which it was noted: in a child of fork it counts for nothing, and nobody
// has to walk the table to wipe it out.
//
// Thread-safety: `fork_epoch` changes in the child of a fork only, where no other thread is.
#pragma once

#include <cstdint>

namespace lockweave::core {

inline constinit std::uint32_t fork_epoch = 1;

// A mark that holds in the process that set it.
class ProcessMark {
 public:
  bool is_set() const { return epoch_ == fork_epoch; }
  operator bool() const { return is_set(); }
  void set() { epoch_ = fork_epoch; }
  void clear() { epoch_ = 0; }

 private:
  std::uint32_t epoch_ = 0;  // 0: never
};

}  // namespace lockweave::core
