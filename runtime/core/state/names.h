// runtime/core/state/names.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names that a program gives to threads and objects: each text is kept once, for ever, so that reports can
// name what has ended. A thread pool that names its threads after their tasks pays for each different
// task once.
// Thread-safety: any thread; one raw lock. Limit: kNamesMax different ones and memory; beyond there is no
// name, and it is counted (Loss::names).
#pragma once

#include <cstdint>

#include "runtime/core/base/raw_lock.h"

namespace lockweave::core {

inline constexpr std::uint32_t kNamesMax = 1 << 16;

const char* keep_name(const char* name);  // nullptr: lost

void for_each_name_lock(LockVisitor visit);

}  // namespace lockweave::core
