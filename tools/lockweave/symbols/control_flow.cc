// tools/lockweave/symbols/control_flow.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/lockweave/symbols/control_flow.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

namespace lockweave::cli {
namespace {

class Walk {
 public:
  explicit Walk(std::span<const Instruction> instructions) : instructions_(instructions) {
    for (std::size_t i = 0; i < instructions.size(); ++i) at_[instructions[i].address] = i;
  }

  InLoop returns_to_call(std::uint64_t return_address) {
    const auto after = at_.find(return_address);
    if (after == at_.end() || after->second == 0) return InLoop::unknown;
    const std::size_t call = after->second - 1;
    std::vector<std::size_t> open{after->second};
    while (!open.empty()) {
      const std::size_t here = open.back();
      open.pop_back();
      if (here == call) return InLoop::yes;
      if (!seen_.insert(here).second) continue;
      if (!follow(here, open)) return InLoop::unknown;
    }
    return InLoop::no;
  }

 private:
  // False: nobody can say where it goes.
  bool follow(std::size_t here, std::vector<std::size_t>& open) const {
    const Instruction& instruction = instructions_[here];
    if (instruction.flow == Flow::computed || instruction.flow == Flow::unknown) return false;
    if (instruction.flow == Flow::branch || instruction.flow == Flow::jump) {
      const auto inside = at_.find(instruction.target);
      if (inside != at_.end()) open.push_back(inside->second);
    }
    const bool goes_on = instruction.flow == Flow::next || instruction.flow == Flow::branch;
    if (goes_on && here + 1 < instructions_.size()) open.push_back(here + 1);
    return true;
  }

  std::span<const Instruction> instructions_;
  std::map<std::uint64_t, std::size_t> at_;
  std::set<std::size_t> seen_;
};

}  // namespace

InLoop call_in_loop(std::span<const Instruction> instructions, std::uint64_t return_address) {
  return Walk(instructions).returns_to_call(return_address);
}

bool never_returns(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "_Unwind_Resume",
      "__cxa_throw",
      "__cxa_rethrow",
      "__cxa_bad_cast",
      "__cxa_bad_typeid",
      "__cxa_throw_bad_array_new_length",
      "__cxa_call_terminate",
      "__clang_call_terminate",
      "_ZSt9terminatev",
      "abort",
      "exit",
      "_exit",
      "quick_exit",
      "pthread_exit",
      "__assert_fail",
      "__stack_chk_fail",
      "__chk_fail",
      "_ZN9lockweave6detail18raise_system_errorEi",
  };
  if (name.starts_with("_ZSt") && name.find("__throw_") != name.npos) return true;
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace lockweave::cli
