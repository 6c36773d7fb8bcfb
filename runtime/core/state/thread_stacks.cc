// runtime/core/state/thread_stacks.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/state/thread_stacks.h"

namespace lockweave::core {
namespace {

std::uint64_t priority_of(const ThreadState& state) {
  return reinterpret_cast<std::uintptr_t>(&state) * 0x9E3779B97F4A7C15ULL;
}

// A total order, should two claim one stack: the former of them ended unseen.
bool lies_below(const ThreadState& state, const ThreadState& other) {
  return state.stack_high != other.stack_high ? state.stack_high < other.stack_high
                                              : &state < &other;
}

ThreadState* merge(ThreadState* lower, ThreadState* higher) {
  if (lower == nullptr) return higher;
  if (higher == nullptr) return lower;
  if (priority_of(*lower) > priority_of(*higher)) {
    lower->higher_stacks = merge(lower->higher_stacks, higher);
    return lower;
  }
  higher->lower_stacks = merge(lower, higher->lower_stacks);
  return higher;
}

void split(ThreadState* tree, const ThreadState& at, ThreadState*& lower, ThreadState*& higher) {
  if (tree == nullptr) {
    lower = higher = nullptr;
  } else if (lies_below(*tree, at)) {
    split(tree->higher_stacks, at, tree->higher_stacks, higher);
    lower = tree;
  } else {
    split(tree->lower_stacks, at, lower, tree->lower_stacks);
    higher = tree;
  }
}

}  // namespace

void ThreadStacks::insert(ThreadState& state) {
  RawGuard guard(lock_);
  if (state.stack_low < lowest_.load(std::memory_order_relaxed)) {
    lowest_.store(state.stack_low, std::memory_order_relaxed);
  }
  ThreadState* lower = nullptr;
  ThreadState* higher = nullptr;
  state.lower_stacks = state.higher_stacks = nullptr;
  split(root_, state, lower, higher);
  root_ = merge(merge(lower, &state), higher);
}

void ThreadStacks::remove(ThreadState& state) {
  RawGuard guard(lock_);
  ThreadState** link = &root_;
  while (*link != nullptr && *link != &state) {
    link = lies_below(**link, state) ? &(*link)->higher_stacks : &(*link)->lower_stacks;
  }
  if (*link != nullptr) *link = merge(state.lower_stacks, state.higher_stacks);
}

ThreadState* ThreadStacks::find(std::uintptr_t address) {
  if (address < lowest_.load(std::memory_order_relaxed)) return nullptr;
  RawGuard guard(lock_);
  ThreadState* nearest = nullptr;
  for (ThreadState* at = root_; at != nullptr;) {
    const bool reaches = at->stack_high > address;
    if (reaches) nearest = at;
    at = reaches ? at->lower_stacks : at->higher_stacks;
  }
  return nearest != nullptr && nearest->stack_low <= address ? nearest : nullptr;
}

}  // namespace lockweave::core
