// analyzer/link/flow_facts.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shape of one function's control flow: an order of blocks, which conditions matter where,
// which guards outlive a throw.
// Cost: blocks x conditions in words of 64 bits, a few rounds. Thread-safety: immutable.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analyzer/link/calls.h"

namespace lockweave::analyzer::link {

class FlowFacts {
 public:
  FlowFacts(const summary::Function& function, const Program& program, const Calls& calls);

  // Blocks in reverse post-order; those that no edge leads to come last, in their own order.
  const std::vector<std::uint32_t>& order() const { return order_; }
  std::uint32_t position(std::uint32_t block) const { return position_[block]; }
  bool reachable(std::uint32_t block) const { return position_[block] < reachable_; }

  // Is the condition (index plus 1) tested at or after the beginning of the block?
  bool live(std::uint32_t block, std::uint32_t condition) const;
  // Is the condition tested or read anywhere?
  bool tested(std::uint32_t condition) const;
  // Going round a loop forgets what its exit tests say, if no operation sets it: something outside
  // must change it, else the loop would not end.
  bool forgotten(std::uint32_t from, std::uint32_t to, std::uint32_t condition) const;
  // Does the guard's destructor still come after the beginning of the block?
  bool outlives(std::uint32_t block, const Path& guard) const;

 private:
  void order_blocks(const summary::Function& function);
  void find_live(const summary::Function& function);
  void find_loop_tests(const summary::Function& function);
  void find_guards(const summary::Function& function, const Program& program, const Calls& calls);

  using Set = std::vector<bool>;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> position_;
  std::uint32_t reachable_ = 0;
  std::vector<Set> live_;  // by block, then condition; empty: there are none
  Set tested_;
  Set set_;
  struct Loop {
    std::uint32_t from;
    std::uint32_t to;
    std::vector<std::uint32_t> tests;
  };
  std::vector<Loop> loops_;
  std::vector<std::set<std::string>> guards_;  // by block; empty: nothing is thrown to a handler
};

}  // namespace lockweave::analyzer::link
