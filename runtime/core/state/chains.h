// runtime/core/state/chains.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A hash table whose readers take no lock although its nodes are used again. A node's memory stays a
// node for ever, so a reader that stands on one while it is taken out and put into another chain
// reads on there. Each chain therefore ends in a mark of its own, not in nullptr: a reader that
// arrives at the end of a foreign chain, or on a node that is in none, begins anew.
// Source: Linux, Documentation/RCU/rculist_nulls.rst.
//
// Thread-safety: `find` from any thread and in signal handlers; `insert` and `remove` under a lock of
// the caller's. What `find` returns may have been taken out meanwhile: its key is to be looked at.
// Cost: the length of one chain.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace lockweave::core {

template <class Node, std::atomic<Node*> Node::*kNext, std::size_t kChains>
class Chains {
 public:
  constexpr Chains() = default;

  template <class Matches>
  Node* find(std::size_t hash, Matches matches) const {
    const std::size_t chain = hash % kChains;
    for (;;) {
      Node* at = heads_[chain].load(std::memory_order_acquire);
      if (at == nullptr) return nullptr;  // nothing was ever put in
      while (!is_end(at)) {
        if (matches(*at)) return at;
        at = (at->*kNext).load(std::memory_order_acquire);
      }
      if (at == end_of(chain)) return nullptr;
    }
  }

  void insert(std::size_t hash, Node& node) {
    std::atomic<Node*>& head = heads_[hash % kChains];
    Node* first = head.load(std::memory_order_relaxed);
    (node.*kNext)
        .store(first == nullptr ? end_of(hash % kChains) : first, std::memory_order_relaxed);
    head.store(&node, std::memory_order_release);
  }

  // A node's own link stays as it is, for readers that stand on it.
  void remove(std::size_t hash, const Node& node) {
    remove_where(hash, [&node](const Node& at) { return &at == &node; });
  }
  template <class Matches>
  void remove_where(std::size_t hash, Matches matches) {
    std::atomic<Node*>* link = &heads_[hash % kChains];
    for (Node* at = link->load(std::memory_order_relaxed); !is_end(at);
         at = link->load(std::memory_order_relaxed)) {
      if (matches(*at)) {
        link->store((at->*kNext).load(std::memory_order_relaxed), std::memory_order_release);
      } else {
        link = &(at->*kNext);
      }
    }
  }

 private:
  static Node* end_of(std::size_t chain) {
    return reinterpret_cast<Node*>((static_cast<std::uintptr_t>(chain) << 1) | 1);
  }
  static bool is_end(const Node* at) {
    return at == nullptr || (reinterpret_cast<std::uintptr_t>(at) & 1) != 0;
  }

  std::atomic<Node*> heads_[kChains] = {};  // nullptr: nothing was ever put in
};

}  // namespace lockweave::core
