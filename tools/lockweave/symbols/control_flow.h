// tools/lockweave/symbols/control_flow.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The control flow of one function, as far as it decides whether a call can come again.
// Pure functions. Cost: linear in instructions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lockweave::cli {

enum class Flow : std::uint8_t {
  next,      // goes on behind it
  branch,    // goes on behind it or at the target
  jump,      // goes on at the target
  end,       // returns, traps, or calls what never returns
  computed,  // nobody can say where it goes on: a jump through a register or table
  unknown    // could not be decoded
};

struct Instruction {
  std::uint64_t address = 0;
  Flow flow = Flow::next;
  std::uint64_t target = 0;  // of a branch or jump; outside of the function: it leaves
};

enum class InLoop { yes, no, unknown };

// Is the call that returns to `return_address` on a cycle of the function's control flow?
// `instructions`: the whole function, by address.
InLoop call_in_loop(std::span<const Instruction> instructions, std::uint64_t return_address);

// Does a function of that (mangled) name never return? By name: nothing else in machine code tells.
bool never_returns(std::string_view name);

}  // namespace lockweave::cli
