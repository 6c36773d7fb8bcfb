// runtime/core/base/lost.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/lost.h"

#include <atomic>

namespace lockweave::core {
namespace {

constinit std::atomic<std::uint64_t> counts[model::kLossKinds] = {};

std::atomic<std::uint64_t>& count_of(Loss kind) { return counts[static_cast<std::size_t>(kind)]; }

}  // namespace

void count_lost(Loss kind, std::uint64_t count) {
  count_of(kind).fetch_add(count, std::memory_order_relaxed);
}

std::uint64_t lost(Loss kind) { return count_of(kind).load(std::memory_order_relaxed); }

void forget_lost_after_fork() {
  for (auto& count : counts) count.store(0, std::memory_order_relaxed);
}

}  // namespace lockweave::core
