// tools/lockweave/symbols/wait_loops.h
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a wait stand in a loop? Seen from outside a bare wait and a lucky loop behave alike, so the
// machine code is asked: is the call on a cycle of its function's control flow? For a wait inside a
// wrapper the callers are asked too; one loop among them is enough, because it can re-test.
//
// Where anything is unclear (no symbol, an indirect jump in the function) the answer is `unknown`, and
// nothing is reported.
// Limits: a loop that does not re-test (a worker's outer loop) counts as a loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "tools/lockweave/symbols/control_flow.h"
#include "tools/lockweave/symbols/elf_file.h"
#include "tools/lockweave/symbols/symbolizer.h"

namespace lockweave::cli {

// Judges waits by the frames of their stacks, innermost first. Keeps answers, and the files mapped.
class WaitLoops {
 public:
  // `yes` as soon as one of the frames stands in a loop; `no` only if all are known and none does.
  InLoop judge(std::span<const CodePosition> frames);

 private:
  InLoop judge_frame(const CodePosition& frame);

  std::map<CodePosition, InLoop> known_;
  std::map<std::string, std::optional<ElfFile>> files_;
};

}  // namespace lockweave::cli
