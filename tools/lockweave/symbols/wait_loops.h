// tools/lockweave/symbols/wait_loops.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a wait stand in a loop? Seen from outside a bare wait and a lucky loop behave alike, so the
// machine code is asked: is the call on a cycle of its function's control flow? For a wait inside a
// wrapper the callers are asked too; one loop among them is enough, because it can re-test.
//
// The function is disassembled by a child `llvm-objdump`; only jumps, calls and returns matter.
// Where anything is unclear (no tool, no symbol, an indirect jump in the function) the answer is
// `unknown`, and nothing is reported.
// Limits: a loop that does not re-test (a worker's outer loop) counts as a loop.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {

enum class InLoop { yes, no, unknown };

// `disassembly`: lines "  <hex address>: <mnemonic> [operands]" of one whole function.
// `return_address`: of the call in question.
InLoop call_in_loop(std::string_view disassembly, std::uint64_t return_address);

// Judges waits by the frames of their stacks, innermost first. Keeps answers.
class WaitLoops {
 public:
  // `yes` as soon as one of the frames stands in a loop; `no` only if all are known and none does.
  InLoop judge(std::span<const CodePosition> frames);
  // Why some waits could not be judged; empty if all could.
  const std::string& note() const { return note_; }

 private:
  InLoop judge_frame(const CodePosition& frame);

  std::map<CodePosition, InLoop> known_;
  std::string note_;
};

}  // namespace lockweave::cli
