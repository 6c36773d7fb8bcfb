// runtime/core/state/keep_ended.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the moment it is set, what has ended keeps its place in the tables: histories of variables hold
// pointers to threads, objects and acquisitions for ever. Thread-safety: any thread; never unset.
#pragma once

#include <atomic>

namespace lockweave::core {

inline constinit std::atomic<bool> keep_ended{false};

}  // namespace lockweave::core
