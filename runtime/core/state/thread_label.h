// runtime/core/state/thread_label.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The name of a thread that is equal in two runs of a program that does the same: its place in the tree of
// creations. "0" is the main thread, "0.2.1" the second child of its third one, "?1" the second thread
// that nobody announced. No two threads of a process share one.
//
// A place too deep for the text keeps its end, behind a digest of all of it: "~9f86d081884c7d65.14.0". Two
// such labels are equal with a probability of 2^-64 a pair.
// Pure functions. Cost: a copy.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockweave::core {

struct ThreadLabel {
  static constexpr std::size_t kSize = 48;
  std::uint64_t place = 0;  // digest of the whole path
  char text[kSize] = {};
};

ThreadLabel label_of_main();
ThreadLabel label_of_unannounced(std::uint32_t rank);
ThreadLabel label_of_child(const ThreadLabel& parent, std::uint32_t rank);

}  // namespace lockweave::core
